import { type DynamicModule, Inject, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { HttpDiditClient } from '@assent/didit';
import { logFor, metrics } from '@assent/platform';
import { ApprovalController } from './approval/approval.controller';
import { ApprovalIntents } from './approval/approval-intents';
import { ApprovalPages } from './approval/approval-pages';
import { Approvals } from './approval/approvals';
import { HostedOrigins } from './approval/hosted-origins';
import { ApprovalLinks } from './authentication/approval-links';
import { UnitServices } from './authentication/unit-services';
import { VerdictHeralds } from './authentication/verdict-heralds';
import { CodesModule } from './codes';
import { DecidedConsumer } from './decided/decided.consumer';
import { PortraitsModule } from './portraits';
import { AuthenticationsController } from './rest/authentications.controller';
import { RestRequests } from './rest/rest-requests';
import { VerdictWaiters } from './rest/verdict-waiters';
import { SETTINGS, type Settings } from './settings';
import { Expiry } from './timers/expiry';
import { Reconciler } from './timers/reconciler';
import { DecisionApplication } from './vendor/decision-application';
import { SessionOpening } from './vendor/session-opening';
import { measuredBudget } from './vendor/vendor-budget';
import { VendorTasks } from './vendor/vendor-tasks';
import { DIDIT, VendorWork } from './vendor/vendor-work';
import { DiditEventConsumer } from './webhooks/didit-event.consumer';

const log = logFor('auth-session');

/** Everything that the service does: what listens, what decides, what calls. Needs `Database` and the platform's providers, both global. */
@Module({})
export class AuthSessionModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(DIDIT) private readonly didit: HttpDiditClient,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  static forRoot(settings: Settings): DynamicModule {
    return {
      module: AuthSessionModule,
      imports: [
        CodesModule.forRoot({
          issuer: settings.codeIssuer,
          ttlSeconds: settings.codeTtlSeconds,
          keyEncryptionKey: settings.codeKeyEncryptionKey,
          subjectRefKey: settings.subjectRefKey,
        }),
        PortraitsModule.forRoot({ encryptionKey: settings.portraitEncryptionKey, ttlDays: settings.portraitTtlDays }),
      ],
      controllers: [DecidedConsumer, DiditEventConsumer, AuthenticationsController, ApprovalController],
      providers: [
        { provide: SETTINGS, useValue: settings },
        { provide: DIDIT, useFactory: () => diditClient(settings) },
        VerdictHeralds,
        ApprovalLinks,
        VendorTasks,
        UnitServices,
        SessionOpening,
        DecisionApplication,
        VendorWork,
        ApprovalIntents,
        ApprovalPages,
        Approvals,
        HostedOrigins,
        RestRequests,
        VerdictWaiters,
        Expiry,
        Reconciler,
      ],
    };
  }

  onApplicationBootstrap(): void {
    if (this.settings.allowSingleFactor) log.warn('ALLOW_SINGLE_FACTOR is on: one factor approves, which is NOT strong customer authentication; for demonstrations only');
  }

  async onApplicationShutdown(): Promise<void> {
    await this.didit.close();
  }
}

function diditClient(settings: Settings): HttpDiditClient {
  const duration = metrics.histogram('assent_vendor_call_seconds', 'Time of calls to the vendor, by operation and outcome.', ['operation', 'outcome']);
  const budget = measuredBudget();
  return new HttpDiditClient({
    baseUrl: settings.diditBaseUrl,
    apiKey: settings.diditApiKey.reveal(),
    workflowId: settings.diditWorkflowId,
    timeoutMs: settings.diditTimeoutMs,
    observe: ({ operation, outcome, milliseconds }) => {
      budget.spend(operation);
      duration.observe({ operation, outcome }, milliseconds / 1000);
    },
  });
}
