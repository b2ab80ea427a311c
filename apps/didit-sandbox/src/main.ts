import { ConfigError, configureLogging, diditSandboxConfig, EXIT_CONFIG, flushLogs, loadConfig, logFor, metrics } from '@assent/platform';
import { Sandbox } from './server';

const log = logFor('main');

async function main(): Promise<void> {
  const config = loadConfig(diditSandboxConfig, process.env);
  configureLogging({ service: diditSandboxConfig.service, level: config.logLevel });
  metrics.describeService(diditSandboxConfig.service);
  const sandbox = new Sandbox({
    apiKey: config.sandboxApiKey.reveal(),
    applicationId: config.sandboxApplicationId,
    workflowId: config.sandboxWorkflowId,
    publicUrl: config.sandboxPublicUrl,
    webhook: { url: config.sandboxWebhookUrl, secret: config.sandboxWebhookSecret.reveal(), retryDelaysMs: config.sandboxRetryDelaysMs },
  });
  const port = await sandbox.listen(config.httpHost, config.httpPort);
  log.info('listening', { port });
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), config.shutdownTimeoutMs).unref();
    void sandbox.close().then(() => {
      flushLogs();
      process.exit(0);
    });
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

main().catch((error: unknown) => {
  if (error instanceof ConfigError) process.stderr.write(`${error.message}\n`);
  else log.fatal('could not start', { error });
  flushLogs();
  process.exit(error instanceof ConfigError ? EXIT_CONFIG : 1);
});
