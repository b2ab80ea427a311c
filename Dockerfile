# One image for every program of the stack; the command says which one runs.
#   docker build --target service -t assent .        docker build --target prepare -t assent-prepare .
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /srv/assent
COPY package.json package-lock.json ./
# The image's own Node is used, so the copy that npm would bring is left out.
RUN npm ci --ignore-scripts --no-audit --no-fund --loglevel error && rm -rf node_modules/node-linux-*
COPY . .
RUN node tools/bootstrap.mjs prepare

FROM build AS production
RUN npm prune --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund --loglevel error

# The job that runs before the services: tables, roles, topics. It needs the migration engine, which the services do not.
FROM node:24.21.0-bookworm-slim AS prepare
WORKDIR /srv/assent
ENV NODE_ENV=production
COPY --from=build /srv/assent/package.json ./
COPY --from=build /srv/assent/node_modules ./node_modules
COPY --from=build /srv/assent/prisma ./prisma
COPY --from=build /srv/assent/dist ./dist
USER node
ENTRYPOINT ["node", "--disable-warning=TimeoutNegativeWarning", "--enable-source-maps"]
CMD ["dist/infra/src/prepare/main.js"]

FROM node:24.21.0-bookworm-slim AS service
WORKDIR /srv/assent
ENV NODE_ENV=production
COPY --from=production /srv/assent/package.json ./
COPY --from=production /srv/assent/node_modules ./node_modules
COPY --from=production /srv/assent/prisma ./prisma
COPY --from=production /srv/assent/dist ./dist
USER node
ENTRYPOINT ["node", "--disable-warning=TimeoutNegativeWarning", "--enable-source-maps"]
CMD ["dist/apps/auth-session/src/main.js"]
