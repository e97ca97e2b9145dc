package discord

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/bwmarrin/discordgo"

	"vedette/bot"
	"vedette/bot/command"
)

// How long Discord is left without a word: it drops an interaction after
// three seconds, and a person should see within 300 ms that it was heard, the
// way to Discord and the wait for a processor included.
const (
	patience      = 150 * time.Millisecond
	suggestWithin = 2500 * time.Millisecond
	retryAfter    = 250 * time.Millisecond
	longestWait   = 8 * time.Second // for Discord to know its own interaction
)

// A response is the first that is said of an interaction.
type response struct {
	Type discordgo.InteractionResponseType `json:"type"`
	Data any                               `json:"data,omitempty"`
}

// An opening is a response, and what stands in for it if its form is refused.
type opening struct {
	rich, plain response
}

// choices are the data of a response that suggests.
type choices struct {
	Choices []choice `json:"choices"`
}

// A choice is one value that may be picked, or that is suggested.
type choice struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// begin works on h, which was taken, until there is something to say or
// Discord must not wait longer. Rest says what is left to be said, if the
// opening stands, and ends the call; it must be called.
func (in *Inbox) begin(ctx context.Context, h *heard) (first opening, rest func(stands bool)) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerWithin)
	end := func() {
		cancel()
		in.queue.End(h.From.ID)
	}
	if h.kind == discordgo.InteractionApplicationCommandAutocomplete {
		return in.suggesting(ctx, h, end)
	}
	came := make(chan *command.Answer, 1)
	go func() { came <- in.answer(ctx, h) }() // rest waits for it
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case a := <-came:
		return in.direct(ctx, h, a, end)
	case <-timer.C:
	}
	return wait(h), func(stands bool) {
		defer end()
		a := <-came
		if a.Form != nil {
			a = unasked(a.Form, a.Words)
		}
		if !stands || !in.late(ctx, h, a) {
			in.lost(ctx, h)
		}
	}
}

// suggesting is begin for what may be typed.
func (in *Inbox) suggesting(ctx context.Context, h *heard, end func()) (first opening, rest func(bool)) {
	came := make(chan []command.Choice, 1)
	ctx, hurry := context.WithTimeout(ctx, suggestWithin)
	go func() { came <- in.suggest(ctx, h) }() // rest waits for it
	select {
	case all := <-came:
		hurry()
		return suggested(all), func(bool) { end() }
	case <-ctx.Done():
		return suggested(nil), func(bool) {
			hurry()
			<-came
			end()
		}
	}
}

// suggested returns the response that suggests all, as many as Discord takes.
func suggested(all []command.Choice) opening {
	s := choices{Choices: []choice{}}
	for _, c := range all {
		name := brief(c.Label, mostChoice)
		if !bot.Blank(name) && c.Value != "" && size(c.Value) <= mostChoice && len(s.Choices) < mostChoices {
			s.Choices = append(s.Choices, choice{name, c.Value})
		}
	}
	r := response{discordgo.InteractionApplicationCommandAutocompleteResult, s}
	return opening{r, r}
}

// What is suggested at the most, and how long a name or value is.
const (
	mostChoices = 25
	mostChoice  = 100
)

// wait returns the response that promises an answer. Whether all see that is
// settled by it.
func wait(h *heard) opening {
	r := response{Type: discordgo.InteractionResponseDeferredChannelMessageWithSource}
	if !h.share {
		r.Data = struct {
			Flags discordgo.MessageFlags `json:"flags"`
		}{discordgo.MessageFlagsEphemeral}
	}
	return opening{r, r}
}

// direct is begin for an answer that came at once.
func (in *Inbox) direct(ctx context.Context, h *heard, a *command.Answer, end func()) (first opening, rest func(bool)) {
	if a.Form != nil {
		if m, fits := formModal(a.Form); fits && h.kind != discordgo.InteractionModalSubmit {
			r := response{discordgo.InteractionResponseModal, m}
			stand := response{discordgo.InteractionResponseChannelMessageWithSource, seen(unaskedFace(a), false).plain}
			return opening{r, stand}, func(bool) { end() }
		}
		a = unasked(a.Form, a.Words)
	}
	all, file := withFile(a)
	if file != nil && len(all) == 1 { // it goes with a message of its own
		h.share = a.Shared
		return wait(h), func(stands bool) {
			defer end()
			if !stands || !in.late(ctx, h, a) {
				in.lost(ctx, h)
			}
		}
	}
	f := seen(all[0], a.Shared)
	const says = discordgo.InteractionResponseChannelMessageWithSource
	return opening{response{says, f.rich}, response{says, f.plain}}, func(stands bool) {
		defer end()
		if !stands || !in.follow(ctx, h, all[1:], file, a.Shared) {
			in.lost(ctx, h)
		}
	}
}

// unaskedFace is what stands in for a form that Discord does not show.
func unaskedFace(a *command.Answer) face { return faces(unasked(a.Form, a.Words))[0] }

// seen returns f for all to see, or for who asked.
func seen(f face, shared bool) face {
	if !shared {
		f.rich.Flags |= discordgo.MessageFlagsEphemeral
		f.plain.Flags |= discordgo.MessageFlagsEphemeral
	}
	return f
}

// lost logs that an answer did not arrive.
func (in *Inbox) lost(ctx context.Context, h *heard) {
	in.log.LogAttrs(ctx, slog.LevelWarn, "an answer did not arrive", slog.String("person", h.From.ID), slog.String("channel", h.Where.Channel))
}

// open gives Discord the opening, and reports whether it has it.
func (in *Inbox) open(ctx context.Context, h *heard, first opening) bool {
	return in.carry(ctx, errand{
		method: http.MethodPost, path: "interactions/" + h.Key + "/" + h.token + "/callback",
		rich: first.rich, plain: first.plain, repeat: true,
	})
}

// late gives the answer after a wait, and reports whether it stands. Who sees
// the wait sees what comes in its place: an answer that is for others goes
// beside it.
func (in *Inbox) late(ctx context.Context, h *heard, a *command.Answer) bool {
	original := h.hook() + "/messages/@original"
	all, file := withFile(a)
	switch {
	case a.Shared == h.share:
		own := file
		if len(all) > 1 {
			own = nil
		}
		return in.carry(ctx, errand{method: http.MethodPatch, path: original, rich: all[0].rich, plain: all[0].plain, file: own, repeat: true}) &&
			in.follow(ctx, h, all[1:], file, a.Shared)
	case a.Shared:
		f := faces(say("The answer is in the channel, for all to see.", a.Words))[0]
		in.carry(ctx, errand{method: http.MethodPatch, path: original, rich: f.rich, plain: f.plain, repeat: true})
	default:
		in.carry(ctx, errand{method: http.MethodDelete, path: original, repeat: true})
	}
	return in.follow(ctx, h, all, file, a.Shared)
}

// hook is the path below which an interaction is answered further.
func (h *heard) hook() string { return "webhooks/" + h.app + "/" + h.token }

// follow adds messages to an answer, the file with the last of them, and
// reports whether they stand. What only one person sees may come twice rather
// than not at all.
func (in *Inbox) follow(ctx context.Context, h *heard, all []face, file *command.File, shared bool) bool {
	for i, f := range all {
		f = seen(f, shared)
		e := errand{method: http.MethodPost, path: h.hook(), rich: f.rich, plain: f.plain, repeat: !shared}
		if i == len(all)-1 {
			e.file = file
		}
		if !in.carry(ctx, e) {
			return false
		}
	}
	return true
}

// reply answers a mention, which was taken: in the channel, as nothing else
// can be. Discord makes two posts with one nonce one.
func (in *Inbox) reply(ctx context.Context, h *heard) {
	defer in.queue.End(h.From.ID)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerWithin)
	defer cancel()
	a := in.answer(ctx, h)
	if a.Form != nil {
		a = unasked(a.Form, a.Words)
	}
	all, file := withFile(a)
	for i, f := range all {
		if i == 0 {
			f = f.answering(h.Key)
		}
		f = f.once(h.Key + "-" + strconv.Itoa(i))
		e := errand{method: http.MethodPost, path: "channels/" + h.room + "/messages", rich: f.rich, plain: f.plain, repeat: true}
		if i == len(all)-1 {
			e.file = file
		}
		leave, _ := in.account.pace.enter(ctx, "channels/"+h.Where.Channel+"/messages", mostPause)
		if leave == nil {
			in.lost(ctx, h)
			return
		}
		stands := in.carry(ctx, e)
		leave()
		if !stands {
			in.lost(ctx, h)
			return
		}
	}
}

// An errand is one thing that Discord is asked to do for an answer.
type errand struct {
	method, path string
	rich, plain  any
	file         *command.File
	repeat       bool // it may be done twice
}

// carry has e done, and reports whether it is known to be.
func (in *Inbox) carry(ctx context.Context, e errand) bool {
	for _, form := range []any{e.rich, e.plain} {
		body, kind := []byte(nil), ""
		if form != nil {
			body, kind = encode(form, e.file)
		}
		no := in.try(ctx, e, body, kind)
		if no == nil || no.code == discordgo.ErrCodeInteractionHasAlreadyBeenAcknowledged { // an answer of ours was lost
			return true
		}
		f := no.failure()
		in.log.LogAttrs(ctx, slog.LevelWarn, "Discord did not take part of an answer", slog.String("why", f.Why))
		if f.Kind != bot.Unfit || over(no.code) {
			return false
		}
	}
	return false
}

// over reports whether code says that an interaction cannot be answered any
// more.
func over(code int) bool {
	return slices.Contains([]int{
		discordgo.ErrCodeUnknownInteraction, discordgo.ErrCodeUnknownWebhook, discordgo.ErrCodeUnknownMessage,
		discordgo.ErrCodeInvalidWebhookTokenProvided,
	}, code)
}

// try does e with the body, once more where that is harmless and may help.
func (in *Inbox) try(ctx context.Context, e errand, body []byte, kind string) *refusal {
	_, no := in.account.ask(ctx, e.method, e.path, body, kind)
	// What was opened by the answer to a signed request, Discord knows only
	// once it has read that; people saw it take ten seconds
	// (discord-api-docs, issue 7220).
	for wait := retryAfter; no != nil && no.code == discordgo.ErrCodeUnknownWebhook && wait <= longestWait; wait *= 2 {
		if !pause(ctx, wait) {
			return no
		}
		_, no = in.account.ask(ctx, e.method, e.path, body, kind)
	}
	if no == nil {
		return nil
	}
	switch f := no.failure(); f.Kind {
	case bot.Ambiguous, bot.Repeatable, bot.Unedited:
		if !e.repeat || !pause(ctx, max(f.Wait, retryAfter)) {
			return no
		}
	case bot.NotSent:
		if !pause(ctx, max(f.Wait, retryAfter)) {
			return no
		}
	case bot.RoomShut, bot.Barred, bot.Unfit, bot.RootMissing:
		return no
	}
	_, no = in.account.ask(ctx, e.method, e.path, body, kind)
	return no
}
