package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/slack-go/slack"

	"vedette/bot"
	"vedette/bot/command"
	"vedette/bot/words"
)

// settle is how long a modal is left alone after the acknowledgement that
// changed it: Slack does not say that it carries out the two in turn.
const settle = 300 * time.Millisecond

// tell gives the answer to who asked, or to all if it is shared.
func (in *Inbox) tell(ctx context.Context, h *heard, a *command.Answer) {
	if a == nil {
		return
	}
	if h.sent && !bot.Pause(ctx, settle) {
		return
	}
	if a.Form != nil {
		if in.ask(ctx, h, a.Form) {
			return
		}
		a = unasked(a.Form, h.words)
	}
	if a.File != nil && !a.Shared {
		noted := *a
		noted.Lines = append(slices.Clip(a.Lines),
			command.Line{Small: true, Spans: []command.Span{{Text: h.words.Say("%s comes in your messages with this app.", a.File.Name)}}})
		a = &noted
	}
	if h.view == "" || !in.show(ctx, h, a) {
		for _, f := range faces(a) {
			if !in.say(ctx, h, f, a.Shared) {
				in.log.LogAttrs(ctx, slog.LevelWarn, "an answer did not arrive", slog.String("person", h.From.ID), slog.String("channel", h.Where.Channel))
				return
			}
		}
	}
	in.hand(ctx, h, a)
}

// unasked says what to type where no form can be shown.
func unasked(f *command.Form, w words.Words) *command.Answer {
	usage := f.Name
	if spec := command.Find(f.Name); spec != nil {
		usage = spec.Usage()
	}
	a := &command.Answer{Words: w, Lines: []command.Line{{Spans: []command.Span{{Text: w.Say("More is needed. Type") + " "}, {Text: "/vedette " + usage, Code: true}}}}}
	if f.Wrong != "" {
		a.Lines = append([]command.Line{command.Text(f.Wrong)}, a.Lines...)
	}
	return a
}

// ask shows a form, and reports whether Slack did.
func (in *Inbox) ask(ctx context.Context, h *heard, f *command.Form) bool {
	v, fits := formView(f, h)
	switch {
	case !fits:
		return false
	case h.view != "":
		return in.update(ctx, h, v)
	case h.trigger == "":
		return false
	}
	_, err := in.workspace.client.OpenViewContext(ctx, h.trigger, v)
	in.complain(ctx, "form", err)
	return err == nil
}

// show puts the answer into the modal that the call was made in, and reports
// whether it is there. One that is shared or longer than a message is not.
func (in *Inbox) show(ctx context.Context, h *heard, a *command.Answer) bool {
	v, whole := answerView(a, h)
	if a.Shared || !whole {
		in.update(ctx, h, wordsView("The answer is in the channel.", h))
		return false
	}
	return in.update(ctx, h, v)
}

// update changes the modal that the call was made in, and reports whether it
// is still there.
func (in *Inbox) update(ctx context.Context, h *heard, v slack.ModalViewRequest) bool {
	_, err := in.workspace.client.UpdateViewContext(ctx, v, "", "", h.view)
	in.complain(ctx, "modal", err)
	return err == nil
}

// complain logs err, which may hold a secret, by its code.
func (in *Inbox) complain(ctx context.Context, what string, err error) {
	if err != nil {
		in.log.LogAttrs(ctx, slog.LevelWarn, "Slack did not take part of an answer", slog.String("part", what), slog.String("code", word(code(err))))
	}
}

// A fate is what is known of an answer that was sent.
type fate uint8

// The fates.
const (
	unknown fate = iota // it may stand there or not
	stands
	absent // it does not stand there, and another way may work
	unfit  // it does not stand there: its form was refused
)

// say gives f to who asked or to all, and reports whether that is known to
// have worked. Slack's own way to answer comes first: it needs no right in the
// channel. What only one person sees may come twice rather than not at all.
func (in *Inbox) say(ctx context.Context, h *heard, f face, shared bool) bool {
	if shared && in.workspace.Room(h.Where.Channel).posts.Wait(ctx) != nil {
		return false
	}
	became := unfit
	for _, form := range []form{rich, plain} {
		if became != unfit {
			break
		}
		became = absent
		if u := in.hook(h.hook); u != "" {
			became = in.respond(ctx, u, h, f, shared, form)
		}
		if became == absent || became == unknown && !shared {
			became = in.post(ctx, h, f, shared, form)
		}
	}
	return became == stands
}

// respond answers by the response URL u.
//
// The client library does not read the answer, which may be a refusal.
func (in *Inbox) respond(ctx context.Context, u string, h *heard, f face, shared bool, form form) fate {
	m := map[string]any{
		"response_type": slack.ResponseTypeEphemeral, "replace_original": false, "text": f.text,
		"parse": "none", "link_names": false, "unfurl_links": false, "unfurl_media": false,
	}
	if shared {
		m["response_type"] = slack.ResponseTypeInChannel
	}
	if h.thread != "" {
		m["thread_ts"] = h.thread
	}
	if form == rich {
		m["blocks"] = f.blocks
	} else {
		m["mrkdwn"] = false
	}
	raw, err := json.Marshal(m)
	if err != nil {
		return unfit
	}
	var x bot.Exchange
	req, err := http.NewRequestWithContext(bot.WithExchange(ctx, &x), http.MethodPost, u, bytes.NewReader(raw))
	if err != nil {
		return absent
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	said := struct {
		OK    *bool  `json:"ok"`
		Error string `json:"error"`
	}{}
	if res, err := in.hooks.Do(req); err == nil {
		defer func() { _ = res.Body.Close() }()
		// What is no JSON, such as "ok", says no more than its status.
		_ = json.NewDecoder(io.LimitReader(res.Body, mostSaid)).Decode(&said)
	}
	switch {
	case x.Status/100 == 2 && (said.OK == nil || *said.OK):
		return stands
	case x.Status == 0 && !x.Left(), x.Status == http.StatusNotFound, x.Status == http.StatusTooManyRequests,
		said.Error == "used_url", said.Error == "expired_url":
		return absent
	case said.Error != "", x.Status == http.StatusBadRequest:
		return unfit
	}
	return unknown
}

// mostSaid is how many bytes of an answer to an answer are read.
const mostSaid = 4 << 10

// post answers by the API.
func (in *Inbox) post(ctx context.Context, h *heard, f face, shared bool, form form) fate {
	options := []slack.MsgOption{f.words(), slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl()}
	if form == rich {
		options = append(options, slack.MsgOptionBlocks(f.blocks...))
	} else {
		options = append(options, slack.MsgOptionDisableMarkdown())
	}
	thread := h.thread
	if shared && h.mention {
		thread = h.root
	}
	if thread != "" {
		options = append(options, slack.MsgOptionTS(thread))
	}
	var x bot.Exchange
	ctx = bot.WithExchange(ctx, &x)
	var err error
	if shared {
		_, _, err = in.workspace.client.PostMessageContext(ctx, h.Where.Channel, options...)
	} else {
		_, err = in.workspace.client.PostEphemeralContext(ctx, h.Where.Channel, h.From.ID, options...)
	}
	if err == nil {
		return stands
	}
	switch f := failed(&x, code(err), false); f.Kind {
	case bot.Unfit:
		return unfit
	case bot.NotSent, bot.RoomShut, bot.Barred, bot.RootMissing:
		return absent
	case bot.Ambiguous, bot.Repeatable, bot.Unedited:
	}
	return unknown
}

// hand gives the file of a to who asked, or to all if a is shared. Nothing
// that only one person sees can hold a file, so who asked gets it as a direct
// message.
func (in *Inbox) hand(ctx context.Context, h *heard, a *command.Answer) {
	if a.File == nil || len(a.File.Data) == 0 {
		return
	}
	err := in.upload(ctx, h, a.File, a.Shared)
	if err == nil {
		return
	}
	in.complain(ctx, "file", err)
	excuse := command.Text(h.words.Say("Slack did not take the file. The app needs the scopes files:write and im:write, and to be in the channel."))
	in.say(ctx, h, faces(&command.Answer{Lines: []command.Line{excuse}})[0], false)
}

// upload puts f into the channel, or into the person's messages with the app.
func (in *Inbox) upload(ctx context.Context, h *heard, f *command.File, shared bool) error {
	to := slack.UploadFileParameters{
		Reader: bytes.NewReader(f.Data), FileSize: len(f.Data), Filename: short(f.Name, mostName), Title: short(f.Name, mostName),
		AltTxt: short(f.Alt, mostFact), Channel: h.Where.Channel, ThreadTimestamp: h.thread,
	}
	if h.mention {
		to.ThreadTimestamp = h.root
	}
	if !shared {
		dm, _, _, err := in.workspace.client.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{h.From.ID}})
		if err != nil {
			return err
		}
		if dm == nil {
			return errors.New("no conversation")
		}
		to.Channel, to.ThreadTimestamp = dm.ID, ""
	}
	_, err := in.workspace.client.UploadFileContext(ctx, to)
	return err
}
