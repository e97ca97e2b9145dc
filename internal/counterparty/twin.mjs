// Runs a Discord that somebody else wrote, and a person in it who does what is
// asked over HTTP, on loopback, for as long as stdin stays open. The one line on
// stdout says where both are.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { DigitalDiscord } from 'discord-digital-twin';

const bound = [];
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, ...rest) {
  bound.push(this);
  return listen.call(this, port, '127.0.0.1', ...rest.filter((arg) => typeof arg === 'function'));
};

const token = randomBytes(24).toString('base64url');
const twin = new DigitalDiscord({
  guild: { name: 'Newsroom' },
  channels: ['desk', 'watch'].map((name) => ({ name, type: 0 })),
  users: [{ username: 'analyst' }],
  botUser: { username: 'vedette' },
  botToken: token,
});
await twin.start();
const server = bound.at(-1);
if (!server.listening) await once(server, 'listening');
const userId = await twin.getFirstNonBotUserId();
const rows = await twin.prisma.channel.findMany();
const channels = ['desk', 'watch'].map((name) => rows.find((row) => row.name === name).id);

/** Does what is asked, and returns what came of it. */
async function act({ what, channel, id, more = {} }) {
  const person = { channelId: channel, userId };
  switch (what) {
    case 'command':
      return twin.simulateSlashCommand({ ...person, ...more });
    case 'type':
      return twin.simulateInteraction({ ...person, type: 4, data: { id: '1', type: 1, ...more } });
    case 'press':
      return twin.simulateButtonClick({ ...person, ...more });
    case 'submit':
      return twin.simulateModalSubmit({ ...person, ...more });
    case 'say':
      return twin.simulateUserMessage({ ...person, content: `<@${twin.botUserId}> ${more.words}` });
    case 'said':
      return twin.channel(channel).getMessages();
  }
  const came = await twin.channel(channels[0]).getInteractionResponse(id);
  if (!came) return { type: 0 };
  let text = '';
  if (came.messageId) {
    const message = await twin.prisma.message.findUnique({ where: { id: came.messageId } });
    text = `${message?.content ?? ''}${message?.embeds ?? ''}`;
  }
  return { type: came.acknowledged ? came.type : 0, data: came.data ? JSON.parse(came.data) : null, text };
}

const control = http.createServer(async (request, response) => {
  try {
    const parts = [];
    for await (const part of request) parts.push(part);
    const came = await act(JSON.parse(Buffer.concat(parts).toString()));
    response.end(JSON.stringify(came ?? null));
  } catch (error) {
    console.error(error);
    response.statusCode = 500;
    response.end(JSON.stringify(String(error)));
  }
});
control.listen(0);
await once(control, 'listening');
console.log = console.error;
process.on('SIGTERM', () => process.exit(0));
process.stdin.on('close', () => process.exit(0)).resume();
const discord = { api: `http://127.0.0.1:${server.address().port}/api/v10`, token, channels };
process.stdout.write(`${JSON.stringify({ discord, control: `http://127.0.0.1:${control.address().port}/` })}\n`);
