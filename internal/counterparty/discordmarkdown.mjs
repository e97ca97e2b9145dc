// Reads a JSON string a line on stdin and says on stdout, a line each, what
// Discord's markup makes of it: the text that is seen, where links lead, and
// what else it is that is not plain text.
import { createInterface } from 'node:readline';
import parser from 'discord-markdown-parser';

const plain = ['text', 'newline', 'br', 'escape'];
const links = ['link', 'url', 'autolink'];

function read(nodes, seen) {
  for (const node of [nodes].flat()) {
    if (links.includes(node.type)) seen.links.push(node.target);
    else if (!plain.includes(node.type) && node.type !== 'twemoji' && node.type !== 'emoticon') seen.marks.push(node.type);
    if (node.type === 'br') seen.text += '\n';
    else if (node.type === 'twemoji') seen.text += node.name;
    else if (typeof node.content === 'string') seen.text += node.content;
    else if (node.content) read(node.content, seen);
  }
  return seen;
}

console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(read(parser.parse(JSON.parse(line), 'extended'), { text: '', links: [], marks: [] })));
}
