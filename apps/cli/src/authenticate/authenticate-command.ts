import { setTimeout as pause } from 'node:timers/promises';
import { Command } from 'commander';
import { EXIT, print, say, wrongUse, type ExitCode } from '../command-end';
import { runningStack } from '../running/stack';
import { GatewayApi, type AuthenticationView } from './gateway-api';
import { requestBody, type AuthenticateOptions } from './request-body';

interface Options extends AuthenticateOptions {
  readonly url?: string;
  readonly wait: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  $ assent authenticate
      a payment of EUR 247.50; open the approval page that it names
  $ assent authenticate --amount 12.50
      small enough to be exempt
  $ assent authenticate --action login --payer user-7 --json
  $ ASSENT_API_KEY=… assent authenticate --url https://assent.example --no-wait

Exit code: 0 it may proceed, 1 it may not (or the request was refused), 2 wrong use, 3 the service cannot be reached.`;

/** `assent authenticate`: one authentication over REST, and its verdict. */
export function authenticateCommand(): Command {
  return new Command('authenticate')
    .description('ask for one authentication over REST and wait for the verdict')
    .option('--action <action>', 'payment, login, account_access or a risky action', 'payment')
    .option('--payer <id>', "the payer's pseudonym", 'user-42')
    .option('--instrument <id>', 'card or account of the payer, pseudonymous', 'card-42')
    .option('--amount <amount>', "decimal, in the currency's own number of decimals", '247.50')
    .option('--currency <code>', 'ISO 4217', 'EUR')
    .option('--account <account>', 'account of the payee', 'ES9121000418450200051332')
    .option('--name <name>', 'name of the payee', 'Example Shop S.L.')
    .option('--reference <text>', "the gateway's transaction reference")
    .option('--description <text>', 'what the payer approves, for risky actions')
    .option('--locale <tag>', 'language of the approval page (BCP 47)')
    .option('--return-url <url>', 'where the browser goes afterwards')
    .option('--time-to-live <seconds>', '30 to 900')
    .option('--url <url>', 'address of auth-session (default: of the running stack); the key is taken from ASSENT_API_KEY then')
    .option('--no-wait', 'do not wait for the verdict')
    .option('--json', 'one JSON document on standard output')
    .addHelpText('after', EXAMPLES)
    .action(async (options: Options) => {
      process.exitCode = await authenticate(options);
    });
}

async function authenticate(options: Options): Promise<ExitCode> {
  const api = await gatewayApi(options.url);
  const created = await api.create(requestBody(options));
  say(`asked for authentication ${created.authenticationId}`);
  const standing = await follow(api, created, options.wait);
  if (options.json === true) print(JSON.stringify(standing));
  else tell(standing);
  if (standing.verdict === null) return options.wait ? EXIT.no : EXIT.done;
  return standing.verdict.mayProceed ? EXIT.done : EXIT.no;
}

async function gatewayApi(url: string | undefined): Promise<GatewayApi> {
  const apiKey = process.env['ASSENT_API_KEY'];
  if (url !== undefined) {
    if (!URL.canParse(url)) throw wrongUse('--url must be an http or https URL');
    if (apiKey === undefined || apiKey === '') throw wrongUse('set ASSENT_API_KEY to the key of your gateway when you give --url');
    return new GatewayApi(url.replace(/\/+$/, ''), apiKey);
  }
  const stack = await runningStack();
  const service = stack.services['auth-session'];
  if (service === undefined) throw wrongUse('the running stack has no auth-session');
  return new GatewayApi(service.url, apiKey === undefined || apiKey === '' ? stack.gateway.apiKey : apiKey);
}

const LOOK_AGAIN_MS = 150;
/** After its time a request is EXPIRED; the answer may take a moment longer. */
const GRACE_MS = 30_000;

/** Until there is a verdict; without waiting, until it is known whether the payer is asked. Tells the approval page as soon as there is one. */
async function follow(api: GatewayApi, created: AuthenticationView, waits: boolean): Promise<AuthenticationView> {
  const lastMs = Date.parse(created.expiresAt) + GRACE_MS;
  let told = false;
  let standing = created;
  while (standing.verdict === null && Date.now() < lastMs) {
    standing = await api.standing(created.authenticationId, told && waits);
    if (!told && standing.approvalUrl !== null) {
      told = true;
      say(`the payer approves here: ${standing.approvalUrl}`);
    }
    if (!waits && standing.state !== 'PENDING') break;
    // The page is told as soon as there is one; a long wait would only end with the verdict.
    if (!told) await pause(LOOK_AGAIN_MS);
  }
  return standing;
}

function tell({ authenticationId, state, approvalUrl, verdict, expiresAt }: AuthenticationView): void {
  print(`authentication  ${authenticationId}`);
  if (verdict === null) {
    print(`state           ${state}, until ${expiresAt}`);
    if (approvalUrl !== null) print(`approval page   ${approvalUrl}`);
    return;
  }
  print(`outcome         ${verdict.outcome} (${verdict.reasons.join(', ')})`);
  print(`may proceed     ${verdict.mayProceed ? 'yes' : 'no'}`);
}
