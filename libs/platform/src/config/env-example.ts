import type { ConfigShape } from './define-config';
import { notesOf } from './variable';

const WIDTH = 120;

export interface DescribedService {
  readonly service: string;
  readonly shape: ConfigShape;
}

interface Entry {
  readonly name: string;
  readonly description: string;
  /** What stands behind the `=`. */
  readonly value: string;
  readonly perService: boolean;
  readonly examples: ReadonlyMap<string, string>;
}

interface Section {
  readonly title: string;
  readonly about: string;
  readonly holds: (entry: Entry) => boolean;
}

const HEAD = `Every variable of every service, with a value that works on a developer's machine. Made from the configuration schemas; a test keeps it true.
A service reads its own environment; one file may serve all, since a variable that a service does not know is ignored.
Unset and empty are the same. The example keys below are known to the world: with NODE_ENV=production they are refused.`;

/** `.env.example`: all variables of these services, each once, grouped by who reads them. */
export function renderEnvExample(services: readonly DescribedService[]): string {
  const entries = entriesOf(services);
  const vendor: Section = {
    title: 'Didit',
    about: 'An account at Didit is five of these: DIDIT_BASE_URL, DIDIT_API_KEY, DIDIT_WORKFLOW_ID, DIDIT_WEBHOOK_SECRETS, DIDIT_APPLICATION_ID. As they stand they name didit-sandbox.',
    holds: ({ name }) => name.startsWith('DIDIT_'),
  };
  const different: Section = { title: 'Different for each service', about: "Set them in each service's own environment. Empty: the service's default, where it has one.", holds: ({ perService }) => perService };
  const shared: Section = { title: 'Read by several services', about: 'The same value for each of them.', holds: ({ examples }) => examples.size > 1 };
  const own = services.map(({ service }): Section => ({ title: service, about: 'Only this one reads them.', holds: ({ examples }) => examples.has(service) }));
  const left = [...entries];
  const sections = [vendor, different, shared, ...own].map((section) => {
    const held = left.filter(section.holds);
    for (const entry of held) left.splice(left.indexOf(entry), 1);
    return held.length === 0 ? '' : renderSection(section, held);
  });
  return `${comment(HEAD)}${sections.join('')}`;
}

function entriesOf(services: readonly DescribedService[]): Entry[] {
  const names = [...new Set(services.flatMap(({ shape }) => Object.keys(shape)))];
  return names.map((name) => {
    const readers = services.flatMap(({ service, shape }) => (shape[name] === undefined ? [] : [{ service, notes: notesOf(shape[name]) }]));
    const [first] = readers;
    const perService = first?.notes.perService === true;
    return {
      name,
      description: first?.notes.description ?? '',
      value: perService ? '' : (first?.notes.example ?? ''),
      perService,
      examples: new Map(readers.map(({ service, notes }) => [service, notes.example ?? ''])),
    };
  });
}

function renderSection({ title, about }: Section, entries: readonly Entry[]): string {
  const rule = '-'.repeat(WIDTH - title.length - 5);
  return `\n# -- ${title} ${rule}\n${comment(about)}${entries.map(renderEntry).join('')}`;
}

function renderEntry({ name, description, value, perService, examples }: Entry): string {
  const readers = [...examples.keys()];
  const lines = perService ? [...examples].map(([service, example]) => `#   ${service.padEnd(18)}${example}\n`).join('') : readers.length > 1 ? comment(`Read by ${readers.join(', ')}.`) : '';
  return `\n${comment(description)}${lines}${name}=${value}\n`;
}

/** Wraps at the width, keeping the text's own line ends. */
function comment(text: string): string {
  return text
    .split('\n')
    .flatMap((paragraph) => {
      const lines: string[] = [];
      let line = '#';
      for (const word of paragraph.split(' ')) {
        if (line.length + 1 + word.length > WIDTH && line !== '#') {
          lines.push(line);
          line = '#';
        }
        line += ` ${word}`;
      }
      return [...lines, line];
    })
    .map((line) => `${line}\n`)
    .join('');
}
