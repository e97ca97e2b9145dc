package webhook

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"vedette/bot"
	"vedette/story"
)

// A Document is what a receiver of the format vedette is sent. Keys may be
// added to it; none is taken away or changes what it means.
type Document struct {
	Type      Type      `json:"type" jsonschema_description:"What happens with the message."`
	Timestamp time.Time `json:"timestamp" jsonschema_description:"When what the message tells last changed."`
	Data      Content   `json:"data" jsonschema_description:"The message."`
}

// A Type says what happens with a message.
type Type string

// The types.
const (
	Posted  Type = "message.posted"  // a message of its own: a story, or a watch that changed its level
	Replied Type = "message.replied" // a further report of the story that root told
	Edited  Type = "message.edited"  // root looks like this from here on; nobody need be called
)

// Content is a message as a receiver reads it. Whatever strangers wrote in it
// is text, each piece on one line: no markup of any kind means anything.
type Content struct {
	ID      string   `json:"id" jsonschema:"minLength=1" jsonschema_description:"The name of the message; also the header webhook-id. Sent again, it has the same: take each once."`
	Root    string   `json:"root,omitempty" jsonschema_description:"For a reply or an edit: the id of the message that it answers or changes."`
	Level   string   `json:"level,omitempty" jsonschema:"enum=calm,enum=guarded,enum=elevated,enum=high,enum=critical" jsonschema_description:"How far it has escalated. Left out in a reply."`
	Watches []string `json:"watches" jsonschema_description:"Titles of the watches that it is about."`
	Title   string   `json:"title" jsonschema:"minLength=1" jsonschema_description:"What happened, in one line."`
	Link    string   `json:"link,omitempty" jsonschema:"format=uri,pattern=^https?://" jsonschema_description:"The report that it tells."`
	Outlet  string   `json:"outlet,omitempty" jsonschema_description:"Who published this report."`
	Brief   []string `json:"brief" jsonschema_description:"Sentences of the reports."`
	Facts   []Fact   `json:"facts" jsonschema_description:"Lines with a name, such as Killed or Why."`
	Matched []string `json:"matched" jsonschema_description:"The words of the rule that it was found by."`
	Sources []Source `json:"sources" jsonschema_description:"The outlets that tell it, the first to tell first."`
	Origins int      `json:"origins" jsonschema:"minimum=0" jsonschema_description:"How many independent ones; 0 where nothing is counted."`
	Outlets int      `json:"outlets" jsonschema:"minimum=0" jsonschema_description:"How many outlets; 0 where nothing is counted."`
	Reason  string   `json:"reason,omitempty" jsonschema_description:"Why the room hears it."`
	Care    string   `json:"care,omitempty" jsonschema:"enum=open,enum=acknowledged,enum=resolved" jsonschema_description:"Whether somebody sees to the story. Left out where that is not told."`
	State   string   `json:"state,omitempty" jsonschema_description:"Who does, in words."`
	Calls   string   `json:"calls,omitempty" jsonschema_description:"Whom the room's policy calls with it, such as here or everyone. Left out if nobody: then make no noise."`
	Lines   []Line   `json:"lines,omitempty" jsonschema_description:"A list, such as a digest's."`
	Text    string   `json:"text" jsonschema:"minLength=1" jsonschema_description:"All of it in plain lines, for whoever only shows it."`
}

// A Fact is one line with a name.
type Fact struct {
	Name string `json:"name" jsonschema_description:"The line's name."`
	Text string `json:"text" jsonschema_description:"What it says."`
}

// A Source is an outlet that tells the story.
type Source struct {
	Outlet string `json:"outlet" jsonschema_description:"The outlet."`
	Link   string `json:"link,omitempty" jsonschema:"format=uri,pattern=^https?://" jsonschema_description:"Its first report."`
	Copy   bool   `json:"copy,omitempty" jsonschema_description:"It told it in the words of another."`
}

// A Line is one of a list.
type Line struct {
	Level string `json:"level,omitempty" jsonschema:"enum=calm,enum=guarded,enum=elevated,enum=high,enum=critical" jsonschema_description:"How far it has escalated."`
	Text  string `json:"text" jsonschema_description:"What the line says."`
	Link  string `json:"link,omitempty" jsonschema:"format=uri,pattern=^https?://" jsonschema_description:"Where that is told."`
	Note  string `json:"note,omitempty" jsonschema_description:"What stands beside it."`
}

// What a document holds at most, in bytes and pieces: far more than a person
// reads, and far less than any receiver refuses.
const (
	mostTitle  = 600
	mostPiece  = 1_000
	mostName   = 150
	mostLink   = 2_000
	mostText   = 8_000
	mostPieces = 50
)

// content returns m as a receiver reads it, without a name.
func content(m *bot.Message) Content {
	c := Content{
		Title: short(m.Title.Text, mostTitle), Link: bot.Link(m.Link, mostLink), Outlet: short(m.Outlet, mostName),
		Origins: m.Origins, Outlets: m.Outlets, Reason: short(m.Reason, mostPiece),
		Watches: texts(m.Watches, mostName), Matched: texts(m.Matched, mostName),
		Level: levelOf(m.Level), Care: string(m.Care), State: short(m.State, mostPiece), Calls: m.Calls.String(),
		Brief: []string{}, Facts: []Fact{}, Sources: []Source{},
	}
	if bot.Blank(c.Title) {
		c.Title = m.Words.Say("(no title)")
	}
	c.Lines = bot.Keep(m.Lines, mostPieces, func(l bot.Line) (Line, bool) {
		return Line{Level: levelOf(l.Level), Text: short(l.Text, mostPiece), Link: bot.Link(l.Link, mostLink), Note: short(l.Note, mostPiece)}, !bot.Blank(l.Text)
	})
	c.Brief = append(c.Brief, bot.Keep(m.Brief, mostPieces, func(s story.Sentence) (string, bool) {
		return short(s.Text, mostPiece), !bot.Blank(s.Text)
	})...)
	c.Facts = append(c.Facts, bot.Keep(m.Facts, mostPieces, func(f bot.Fact) (Fact, bool) {
		return Fact{Name: short(f.Name, mostName), Text: short(f.Text, mostPiece)}, !bot.Blank(f.Name) && !bot.Blank(f.Text)
	})...)
	c.Sources = append(c.Sources, bot.Keep(m.Sources, mostPieces, func(s bot.Source) (Source, bool) {
		return Source{Outlet: short(s.Outlet, mostName), Link: bot.Link(s.Link, mostLink), Copy: s.Copy}, !bot.Blank(s.Outlet)
	})...)
	c.Text = c.plain(m)
	return c
}

// plain returns the content as plain lines, which say what m does.
func (c *Content) plain(m *bot.Message) string {
	clean := bot.Message{
		Level: m.Level, Watches: c.Watches, Title: story.Sentence{Text: c.Title}, Link: c.Link, Matched: c.Matched,
		Origins: c.Origins, Outlets: c.Outlets, At: m.At, Words: m.Words,
	}
	for _, s := range c.Brief {
		clean.Brief = append(clean.Brief, story.Sentence{Text: s})
	}
	for _, f := range c.Facts {
		clean.Facts = append(clean.Facts, bot.Fact(f))
	}
	for _, l := range c.Lines {
		clean.Lines = append(clean.Lines, bot.Line{Text: l.Text, Note: l.Note})
	}
	for _, s := range c.Sources {
		clean.Sources = append(clean.Sources, bot.Source(s))
	}
	return bot.Plain(&clean, mostText, bot.Clean, func(s string) int { return len(s) })
}

// levelOf returns the name of a level, or "" for none.
func levelOf(l story.Level) string {
	if l == story.Unjudged {
		return ""
	}
	return l.String()
}

// texts returns those of all that a reader sees anything of, never nil.
func texts(all []string, most int) []string {
	kept := bot.Keep(all, mostPieces, func(s string) (string, bool) { return short(s, most), !bot.Blank(s) })
	return append([]string{}, kept...)
}

// short returns s cleaned, in most bytes.
func short(s string, most int) string {
	return story.Shorten(story.Sentence{Text: bot.Clean(s)}, most).Text
}

// A signer writes documents, signed by the rules of Standard Webhooks.
type signer struct {
	key *standardwebhooks.Webhook
}

// What the rules ask of a secret.
const (
	secretPrefix = "whsec_"
	leastSecret  = 24
	mostSecret   = 64
)

// newSigner returns a signer with the secret.
func newSigner(secret string) (*signer, error) {
	text, ok := strings.CutPrefix(secret, secretPrefix)
	raw, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || len(raw) < leastSecret || len(raw) > mostSecret {
		return nil, errors.New("webhook: the secret is not whsec_ and 24 to 64 bytes in base64; make one with: echo whsec_$(openssl rand -base64 32)")
	}
	key, err := standardwebhooks.NewWebhookRaw(raw)
	if err != nil {
		return nil, errors.New("webhook: the secret cannot be used")
	}
	return &signer{key}, nil
}

// write returns the document that tells m, signed now.
func (s *signer) write(act story.Act, id, root story.Remote, m *bot.Message) (letter, error) {
	d := Document{Type: typeOf(act), Timestamp: m.At.UTC(), Data: content(m)}
	d.Data.ID, d.Data.Root = string(id), string(root)
	body, err := json.Marshal(d)
	if err != nil {
		return letter{}, err
	}
	head, err := s.sign(string(id), time.Now(), body)
	return letter{body: body, head: head}, err
}

// sign returns the headers that vouch for body.
func (s *signer) sign(id string, at time.Time, body []byte) (http.Header, error) {
	signature, err := s.key.Sign(id, at, body)
	if err != nil {
		return nil, err
	}
	head := make(http.Header)
	head.Set(standardwebhooks.HeaderWebhookID, id)
	head.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(at.Unix(), 10))
	head.Set(standardwebhooks.HeaderWebhookSignature, signature)
	return head, nil
}

// typeOf returns what an act is to a receiver.
func typeOf(act story.Act) Type {
	switch act {
	case story.Reply:
		return Replied
	case story.Edit:
		return Edited
	case story.Post, story.LookUp: // a look tells a receiver nothing
	}
	return Posted
}
