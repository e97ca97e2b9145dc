// Starts two servers that somebody else wrote, one that answers as Discord and
// one that answers as Slack, on loopback, for as long as stdin stays open.
// The one line on stdout says where they are and what they were seeded with.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import { DigitalDiscord } from 'discord-digital-twin';
import { createEmulator } from 'emulate';

// Neither package lets its caller choose the address or say when it is bound,
// and both would listen on every interface.
const bound = [];
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, ...rest) {
  bound.push(this);
  return listen.call(this, port, '127.0.0.1', ...rest.filter((arg) => typeof arg === 'function'));
};

/** Waits for the server that was told to listen last; rejects when its port is taken. */
async function ready() {
  const server = bound.at(-1);
  if (!server.listening) await once(server, 'listening');
  return server.address().port;
}

/**
 * Discord gives a thread made from a message that message's id, and clients may
 * count on it; the twin invents another. This gives the thread its documented id.
 */
function withThreadIDs(prisma) {
  const roots = new Map();
  const real = (id) => roots.get(id) ?? id;
  return prisma.$extends({
    query: {
      channel: {
        create({ args, query }) {
          const root = args.data.starterMessageId;
          if (root) {
            roots.set(args.data.id, root);
            args.data.id = root;
          }
          return query(args);
        },
        findUniqueOrThrow({ args, query }) {
          args.where.id = real(args.where.id);
          return query(args);
        },
      },
      threadMember: {
        create({ args, query }) {
          args.data.channelId = real(args.data.channelId);
          return query(args);
        },
      },
    },
  });
}

async function discord() {
  const token = randomBytes(24).toString('base64url');
  const names = ['desk', 'watch'];
  const twin = new DigitalDiscord({
    guild: { name: 'Newsroom' },
    channels: names.map((name) => ({ name, type: 0 })),
    users: [{ username: 'analyst' }],
    botUser: { username: 'vedette' },
    botToken: token,
  });
  twin.prisma = withThreadIDs(twin.prisma);
  await twin.start();
  const rows = await twin.prisma.channel.findMany();
  const channels = names.map((name) => rows.find((row) => row.name === name).id);
  return { api: `http://127.0.0.1:${await ready()}/api/v10`, token, channels };
}

/** The emulator wants its port beforehand, for the links it hands out. */
async function freePort() {
  const server = net.createServer().listen(0);
  const port = await ready();
  server.close();
  await once(server, 'close');
  return port;
}

async function slack(port) {
  const [token, admin] = ['bot', 'admin'].map((name) => `xoxb-${name}-${randomBytes(12).toString('hex')}`);
  const bot = { app_id: 'A0VEDETTE0', bot_id: 'B0VEDETTE0', bot_user_id: 'U0VEDETTE0' };
  const scopes = ['chat:write', 'channels:history', 'groups:history', 'channels:read'];
  await createEmulator({
    service: 'slack',
    port,
    baseUrl: `http://127.0.0.1:${port}`,
    seed: {
      slack: {
        strict_scopes: true,
        oauth_apps: [{ ...bot, client_id: '1.1', client_secret: 'unused', name: 'vedette', bot_name: 'vedette', scopes }],
        tokens: [
          { ...bot, token, type: 'bot', user_id: bot.bot_user_id, scopes },
          { token: admin, user: 'admin', scopes: ['channels:manage'] },
        ],
      },
    },
  });
  await ready();
  const api = `http://127.0.0.1:${port}/api`;
  const channels = ['C000000001', 'C000000002'];
  for (const channel of channels) {
    const answer = await fetch(`${api}/conversations.invite`, {
      method: 'POST',
      headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
      body: JSON.stringify({ channel, users: bot.bot_user_id }),
    });
    const said = await answer.json();
    if (!said.ok) throw new Error(`invite to ${channel}: ${said.error}`);
  }
  return { api, token, channels };
}

// stdout carries one line; whatever a package may say besides belongs to stderr.
console.log = console.error;
process.on('SIGTERM', () => process.exit(0));
process.stdin.on('close', () => process.exit(0)).resume();
const seeded = { discord: await discord(), slack: await slack(await freePort()) };
process.stdout.write(`${JSON.stringify(seeded)}\n`);
