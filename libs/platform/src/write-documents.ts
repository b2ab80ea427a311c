import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PLATFORM_DOCUMENTS } from './generated-documents';

/** Writes the documents that are made from this library's code. Started by `npm run generate`, in the root of the repository. */
for (const document of PLATFORM_DOCUMENTS) {
  mkdirSync(path.dirname(document.path), { recursive: true });
  writeFileSync(document.path, document.render());
}
