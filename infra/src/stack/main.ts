import { demo, reset, start } from './commands';

/** `npm start`, `npm run demo`, `npm run reset`. */
async function main([command, ...args]: readonly string[]): Promise<number> {
  switch (command) {
    case 'start':
      return start();
    case 'demo':
      return demo(args);
    case 'reset':
      return reset();
    default:
      process.stderr.write('usage: main.js start|demo|reset\n');
      return 2;
  }
}

void main(process.argv.slice(2)).then((code) => process.exit(code));
