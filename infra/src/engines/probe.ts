import { Kafka, logLevel } from 'kafkajs';
import { Client } from 'pg';

/** Throws unless the server behind the URL answers a query. */
export async function probePostgres(url: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000, application_name: 'assent-probe' });
  // A server that goes away while the probe closes its connection has already answered.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('SELECT 1');
  } finally {
    await client.end();
  }
}

/** Throws unless a broker answers and knows a controller, which creates topics. */
export async function probeKafka(brokers: readonly string[]): Promise<void> {
  const admin = new Kafka({ clientId: 'assent-probe', brokers: [...brokers], logLevel: logLevel.NOTHING, connectionTimeout: 2000, requestTimeout: 5000, retry: { retries: 0 } }).admin();
  try {
    await admin.connect();
    const { controller } = await admin.describeCluster();
    if (controller === null || controller < 0) throw new Error('the broker knows no controller yet');
  } finally {
    await admin.disconnect();
  }
}
