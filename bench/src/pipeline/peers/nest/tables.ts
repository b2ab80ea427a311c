/** The tables of prisma/bench-nest/schema.prisma. */
export const NEST_TABLES = `
CREATE TABLE "Decision" (key text PRIMARY KEY, decision text NOT NULL, payload jsonb NOT NULL, "createdAt" timestamp(3) NOT NULL DEFAULT current_timestamp);
CREATE TABLE "Intent" (key text PRIMARY KEY, "payerId" text NOT NULL, amount text NOT NULL, currency text NOT NULL, status text NOT NULL, payload jsonb NOT NULL, "createdAt" timestamp(3) NOT NULL DEFAULT current_timestamp);
CREATE TABLE "Confirmation" (key text PRIMARY KEY REFERENCES "Intent", shown text NOT NULL, "createdAt" timestamp(3) NOT NULL DEFAULT current_timestamp);
CREATE TABLE "VendorSession" (id text PRIMARY KEY, key text NOT NULL UNIQUE REFERENCES "Intent", url text NOT NULL, "createdAt" timestamp(3) NOT NULL DEFAULT current_timestamp);
CREATE TABLE "Webhook" ("eventId" text PRIMARY KEY, "vendorSessionId" text NOT NULL, status text NOT NULL, body text NOT NULL, "createdAt" timestamp(3) NOT NULL DEFAULT current_timestamp);
CREATE TABLE "Verdict" (key text PRIMARY KEY, outcome text NOT NULL, payload jsonb NOT NULL, "createdAt" timestamp(3) NOT NULL DEFAULT current_timestamp);
CREATE TABLE "Leaf" (id bigserial PRIMARY KEY, topic text NOT NULL, key text NOT NULL, hash text NOT NULL, value jsonb NOT NULL, "createdAt" timestamp(3) NOT NULL DEFAULT current_timestamp, UNIQUE (topic, key));
CREATE TABLE "Inbox" (consumer text NOT NULL, "messageId" text NOT NULL, "createdAt" timestamp(3) NOT NULL DEFAULT current_timestamp, PRIMARY KEY (consumer, "messageId"));
CREATE TABLE "Outbox" (id bigserial PRIMARY KEY, service text NOT NULL, topic text NOT NULL, key text NOT NULL, value jsonb NOT NULL, "createdAt" timestamp(3) NOT NULL DEFAULT current_timestamp, "publishedAt" timestamp(3));
CREATE INDEX "Outbox_unpublished" ON "Outbox" (service, "publishedAt", id);`;
