// What npm's judges say of Dockerfiles. stdin: a JSON list of paths. stdout: a JSON list of
// {path, judge, line, text}. The judges are looked for in the folder that argv names.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(join(process.argv[2], 'package.json'));
const { validate } = require('dockerfile-utils');
const dockerfilelint = require('dockerfilelint');

const said = [];
for (const path of JSON.parse(readFileSync(0, 'utf8'))) {
  const text = readFileSync(path, 'utf8');
  const say = (judge, line, words) => said.push({ path, judge, line, text: words });
  for (const problem of validate(text))
    say('dockerfile-utils', problem.range.start.line + 1, problem.message);
  const stages = new Set([...text.matchAll(/^FROM\s.*\sAS\s+(\S+)/gim)].map((match) => match[1]));
  const lines = text.split('\n');
  for (const problem of dockerfilelint.run('', text)) {
    const line = Number(problem.line);
    // It takes the name of an earlier stage for that of an image without a tag.
    const from = /^FROM\s+(\S+)/.exec(lines[line - 1] ?? '');
    if (problem.title === 'Base Image Missing Tag' && stages.has(from?.[1])) continue;
    say('dockerfilelint', line, `${problem.title}: ${problem.description}`);
  }
}
process.stdout.write(JSON.stringify(said));
