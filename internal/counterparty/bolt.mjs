// Runs an app on Slack's own framework against the API that is named first, by
// Socket Mode and behind signed requests, for as long as stdin stays open. The
// first line on stdout says where the requests go; then comes a line for each
// socket that opens.
import { setTimeout } from 'node:timers/promises';
import { App, HTTPReceiver } from '@slack/bolt';

const [api, token, appToken, signingSecret] = process.argv.slice(2);
const quiet = { unfurl_links: false, unfurl_media: false };
const modal = (text, more) => ({
  type: 'modal',
  callback_id: 'form',
  title: { type: 'plain_text', text: 'A form' },
  close: { type: 'plain_text', text: 'Close' },
  blocks: [{ type: 'section', text: { type: 'plain_text', text } }],
  ...more,
});
const form = modal('', {
  submit: { type: 'plain_text', text: 'Send' },
  blocks: [{ type: 'input', block_id: 'rule', label: { type: 'plain_text', text: 'Rule' }, element: { type: 'plain_text_input', action_id: 'value' } }],
});
const button = {
  type: 'actions',
  elements: [{ type: 'button', action_id: 'do:0', value: 'ack-7', text: { type: 'plain_text', text: 'Acknowledge' } }],
};

/** Teaches an app what the test asks for; over says which of the two it is. */
function teach(app, over) {
  app.command('/vedette', async ({ command, ack, respond, client }) => {
    await ack();
    if (command.text === 'form') {
      await client.views.open({ trigger_id: command.trigger_id, view: form });
      return;
    }
    const response_type = command.text.endsWith('share') ? 'in_channel' : 'ephemeral';
    const text = `${over}: ${command.user_name} typed ${command.text}`;
    await respond({ response_type, text, blocks: [{ type: 'section', text: { type: 'plain_text', text } }, button], ...quiet });
  });
  app.event('app_mention', async ({ event, say, client }) => {
    const { user } = await client.users.info({ user: event.user });
    await say({ text: `${over}: ${user.profile.display_name} said ${event.text}`, thread_ts: event.thread_ts ?? event.ts, ...quiet });
  });
  app.action('do:0', async ({ action, body, ack, respond }) => {
    await ack();
    await respond({ text: `${over}: ${body.user.name} pressed ${action.value}`, replace_original: false, ...quiet });
  });
  app.view('form', async ({ view, ack, client }) => {
    await ack({ response_action: 'update', view: modal('One moment…') });
    await setTimeout(300); // an acknowledgement and a call may arrive in either order
    await client.views.update({ view_id: view.id, view: modal(`${over}: sent ${view.state.values.rule.value.value}`) });
  });
  app.error(async (error) => console.error(over, error));
}

console.log = console.error;
console.info = console.error;
console.debug = console.error;
const clientOptions = { slackApiUrl: `${api}/`, retryConfig: { retries: 0 } };
const receiver = new HTTPReceiver({ signingSecret, endpoints: ['/slack/commands', '/slack/interactivity', '/slack/events'] });
const http = new App({ token, receiver, clientOptions });
teach(http, 'http');
const server = await http.start({ port: 0, host: '127.0.0.1' });
const socket = new App({ token, appToken, socketMode: true, clientOptions });
teach(socket, 'socket');
process.on('SIGTERM', () => process.exit(0));
process.stdin.on('close', () => process.exit(0)).resume();
process.stdout.write(`${JSON.stringify({ address: `http://127.0.0.1:${server.address().port}/slack` })}\n`);
await socket.start();
process.stdout.write('"listening"\n');
