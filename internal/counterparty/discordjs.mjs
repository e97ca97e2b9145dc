// Runs a bot on discord.js against the API that is named first, for as long as
// stdin stays open. The first line on stdout says that it listens, the second
// that its command is registered.
import { setTimeout } from 'node:timers/promises';
import {
  ActionRowBuilder, ButtonBuilder, ButtonStyle, Client, EmbedBuilder, Events, GatewayIntentBits, InteractionContextType, MessageFlags,
  ModalBuilder, SlashCommandBuilder, TextInputBuilder, TextInputStyle,
} from 'discord.js';

const [api, token] = process.argv.slice(2);
const client = new Client({
  intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages],
  allowedMentions: { parse: [] },
  rest: { api: api.replace(/\/v\d+$/, ''), version: '10', retries: 0 },
});
const command = new SlashCommandBuilder()
  .setName('vedette')
  .setDescription('A command of a test')
  .setContexts(InteractionContextType.Guild);
for (const name of ['status', 'all', 'slow', 'form']) {
  command.addSubcommand((sub) => sub.setName(name).setDescription(`Tries ${name}`));
}
command.addSubcommand((sub) =>
  sub
    .setName('find')
    .setDescription('Tries what is typed')
    .addStringOption((o) => o.setName('what').setDescription('to find').setRequired(true).setAutocomplete(true))
    .addUserOption((o) => o.setName('who').setDescription('somebody')),
);
const buttons = new ActionRowBuilder().addComponents(
  new ButtonBuilder().setCustomId('ack-7:key').setLabel('Acknowledge').setStyle(ButtonStyle.Secondary),
);
const form = new ModalBuilder()
  .setCustomId('form:x')
  .setTitle('A form')
  .addComponents(
    new ActionRowBuilder().addComponents(new TextInputBuilder().setCustomId('rule:0').setLabel('Rule').setStyle(TextInputStyle.Short)),
  );

/** Answers a command by its name. */
async function asked(it) {
  const who = it.member.displayName;
  switch (it.options.getSubcommand()) {
    case 'status':
      return it.reply({ embeds: [new EmbedBuilder().setTitle(`${who} asked`)], components: [buttons], flags: MessageFlags.Ephemeral });
    case 'all':
      return it.reply({ content: `${who} asked for all`, files: [{ attachment: Buffer.from('x'), name: 'a.txt' }] });
    case 'form':
      return it.showModal(form);
    case 'find':
      return it.reply({ content: `${who} finds ${it.options.getString('what')} of ${it.options.getUser('who')?.displayName}`, flags: MessageFlags.Ephemeral });
  }
  await it.deferReply({ flags: MessageFlags.Ephemeral });
  await setTimeout(50);
  await it.editReply('slow');
  return it.followUp({ content: 'and more', flags: MessageFlags.Ephemeral });
}

client.on(Events.InteractionCreate, async (it) => {
  try {
    if (it.isChatInputCommand()) await asked(it);
    if (it.isAutocomplete()) await it.respond([{ name: `you typed ${it.options.getFocused()}`, value: 'x' }]);
    if (it.isButton()) await it.reply({ content: `${it.member.displayName} pressed ${it.customId}`, flags: MessageFlags.Ephemeral });
    if (it.isModalSubmit()) await it.reply({ content: `sent ${it.fields.getTextInputValue('rule:0')}`, flags: MessageFlags.Ephemeral });
  } catch (error) {
    console.error(it.id, error);
  }
});
client.on(Events.MessageCreate, async (message) => {
  try {
    if (!message.author.bot && message.mentions.has(client.user)) await message.reply(`${message.author.displayName} said ${message.content.length} letters`);
  } catch (error) {
    console.error(message.id, error);
  }
});
client.on(Events.Error, (error) => console.error(error));
client.once(Events.ClientReady, async () => {
  process.stdout.write('"listening"\n');
  await client.application.commands.set([command]);
  process.stdout.write('"registered"\n');
});
process.on('SIGTERM', () => process.exit(0));
process.stdin.on('close', () => process.exit(0)).resume();
await client.login(token);
