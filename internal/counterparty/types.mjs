// Reads [{name, type, value}] on stdin and says on stdout, as a list of
// strings, what of it Slack's own types refuse. A value stands in the program
// as a literal, so that what a type does not know is a fault too.
import { text } from 'node:stream/consumers';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const here = dirname(fileURLToPath(import.meta.url));
const values = JSON.parse(await text(process.stdin));
const programs = new Map(
  values.map(({ type, value }, i) => [
    join(here, `value${i}.ts`),
    `import type { KnownBlock, ModalView } from '@slack/types';\nexport const value: ${type} = ${JSON.stringify(value, null, 1)};\n`,
  ]),
);
const options = { strict: true, noEmit: true, skipLibCheck: true, types: [], target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext };
const host = ts.createCompilerHost(options);
const { getSourceFile, fileExists, readFile } = host;
host.getSourceFile = (name, ...rest) =>
  programs.has(name) ? ts.createSourceFile(name, programs.get(name), ts.ScriptTarget.ES2022) : getSourceFile.call(host, name, ...rest);
host.fileExists = (name) => programs.has(name) || fileExists.call(host, name);
host.readFile = (name) => programs.get(name) ?? readFile.call(host, name);
const names = [...programs.keys()];
const program = ts.createProgram(names, options, host);
const faults = ts.getPreEmitDiagnostics(program).map((d) => {
  const { name } = values[names.indexOf(d.file?.fileName)] ?? { name: 'types' };
  return `${name}: ${ts.flattenDiagnosticMessageText(d.messageText, ' ')}`;
});
process.stdout.write(JSON.stringify(faults));
