// Package fakeroom runs servers on loopback that answer as Slack's Web API and
// Discord's REST API v10 do, and as the receiver of a webhook, and keeps the
// true transcript of each of their channels: what a test or a benchmark holds against what should stand there.
//
// In comes what a client sends to [Slack.API], [Discord.API] or [Webhook.URL],
// the faults that it shall meet, and what people take from the bot: scopes,
// permissions, a place in a channel. Out go the platform's answers, every message that stands
// in a channel, and in plain words each request that the platform would have
// refused or that breaks a limit it documents or a rule of this project. A
// Slack also delivers what a test has people do ([Slack.Command],
// [Slack.Mention], [Slack.Press], [Slack.Submit]) to an app, over its sockets
// or as signed requests, notes when each delivery is acknowledged, and keeps
// what one person alone sees. A Discord does the same ([Discord.Command],
// [Discord.Mention], [Discord.Press], [Discord.Submit], [Discord.TypeAt]) over a
// gateway whose lines a test can freeze, shut, renew and bar. A
// request that a [Fault] kept from taking effect is not checked, and what a
// person did to a channel or to the bot ([Slack.Archive], [Slack.Delete],
// [Slack.TakeScope] and the like) is not held against the client that finds
// out.
//
// The package never talks to a platform, never takes what it cannot check (a
// block type that it does not know is refused), never changes what a client
// said, and never reaches the binary. Its servers speak to one bot each, which
// may do everything that nobody took from it; they know no pace but the limits
// that a test sets, and Discord's sends no events.
package fakeroom
