package command

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
	"time"

	"vedette/bot"
	"vedette/bot/words"
	"vedette/story"
)

// export hands a story over as a file.
func export(ctx context.Context, a *ask) (*Answer, error) {
	s, err := a.story(ctx, a.args["story"])
	if err != nil {
		return nil, err
	}
	deeds, err := a.Record.Deeds(ctx, subject(s.ID), time.Time{}, 1_000)
	if err != nil {
		return nil, err
	}
	format := strings.ToLower(a.args["format"])
	write := map[string]func(*story.Story, []story.Deed) ([]byte, error){"json": asJSON, "csv": asCSV, "md": a.asMarkdown, "cap": asCAP}[format]
	data, err := write(s, deeds)
	if err != nil {
		return nil, err
	}
	if _, err := a.Record.Record(ctx, a.deed(subject(s.ID), format)); err != nil {
		return nil, err
	}
	mime := map[string]string{"json": "application/json", "csv": "text/csv", "md": "text/markdown", "cap": "application/cap+xml"}[format]
	ending := map[string]string{"cap": "cap.xml"}[format]
	if ending == "" {
		ending = format
	}
	return &Answer{
		Lines: []Line{a.line(ctx, s)},
		File:  &File{Name: fmt.Sprintf("story-%d.%s", s.ID, ending), Type: mime, Data: data, Alt: a.words.Say("Story #%d", s.ID)},
	}, nil
}

// An exported story is what leaves the house: names of fields are kept.
type exported struct {
	ID      story.ID         `json:"id"`
	Level   string           `json:"level"`
	Opened  time.Time        `json:"opened"`
	Changed time.Time        `json:"changed"`
	Origins int              `json:"origins"`
	Outlets []string         `json:"outlets"`
	Watches []string         `json:"watches"`
	State   string           `json:"state"`
	Owner   string           `json:"owner,omitempty"`
	Reports []exportedReport `json:"reports"`
	Deeds   []exportedDeed   `json:"deeds"`
}

type exportedReport struct {
	At       time.Time      `json:"at"`
	Outlet   string         `json:"outlet"`
	Owner    string         `json:"owner"`
	Title    string         `json:"title"`
	Summary  string         `json:"summary,omitempty"`
	Link     string         `json:"link"`
	Lang     string         `json:"lang,omitempty"`
	Relation string         `json:"relation"`
	Matched  []string       `json:"matched,omitempty"`
	Signals  []story.Signal `json:"signals,omitempty"`
}

type exportedDeed struct {
	At      time.Time `json:"at"`
	By      string    `json:"by"`
	Verb    string    `json:"verb"`
	Detail  string    `json:"detail,omitempty"`
	Outcome string    `json:"outcome"`
}

func asJSON(s *story.Story, deeds []story.Deed) ([]byte, error) {
	e := exported{
		ID: s.ID, Level: s.Level.String(), Opened: s.Opened, Changed: s.Changed, Origins: s.Origins(), Outlets: s.Outlets(),
		State: string(s.Care.Stands()), Owner: s.Care.Owner.Name, Reports: []exportedReport{}, Deeds: []exportedDeed{},
	}
	for _, w := range s.Watches {
		e.Watches = append(e.Watches, string(w))
	}
	for i := range s.Reports {
		r := &s.Reports[i]
		out := exportedReport{
			At: r.Item.Effective, Outlet: r.Item.Outlet, Owner: r.Item.Owner, Title: r.Item.Title, Summary: r.Item.Summary, Link: r.Item.Link,
			Lang: r.Item.Lang, Relation: string(r.Relation), Signals: r.Signals,
		}
		for _, m := range r.Matches {
			out.Matched = append(out.Matched, bot.Matched(m.Evidence)...)
		}
		e.Reports = append(e.Reports, out)
	}
	for _, d := range deeds {
		e.Deeds = append(e.Deeds, exportedDeed{d.At, d.By.Name, d.Verb, d.Detail, d.Outcome})
	}
	return json.MarshalIndent(e, "", "  ")
}

// cell returns s as a cell that no spreadsheet takes for a formula.
func cell(s string) string {
	s = bot.Clean(s)
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

func asCSV(s *story.Story, _ []story.Deed) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	rows := [][]string{{"at", "outlet", "owner", "relation", "title", "link", "lang"}}
	for i := range s.Reports {
		it := &s.Reports[i].Item
		rows = append(rows, []string{it.Effective.UTC().Format(time.RFC3339), cell(it.Outlet), cell(it.Owner), string(s.Reports[i].Relation), cell(it.Title), cell(it.Link), it.Lang})
	}
	err := w.WriteAll(rows)
	return b.Bytes(), err
}

func (a *ask) asMarkdown(s *story.Story, deeds []story.Deed) ([]byte, error) {
	plain := strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "&", "&amp;", "<", "&lt;", ">", "&gt;", "#", `\#`, "|", `\|`, "!", `\!`)
	text := func(t string) string { return plain.Replace(bot.Clean(t)) }
	var b bytes.Buffer
	lead := s.Lead()
	fmt.Fprintf(&b, "# %s\n\n%s · %s · %s · %s\n\n", a.words.Say("Story %d: %s", s.ID, text(lead.Item.Title)), bot.LevelName(s.Level, a.words), bot.Origins(s.Origins(), a.words), bot.Outlets(len(s.Outlets()), a.words), careName(s.Care.Stands(), a.words))
	for _, f := range bot.Facts(s, a.zone, a.words) {
		fmt.Fprintf(&b, "- %s: %s\n", f.Name, text(f.Text))
	}
	b.WriteString("\n## " + a.words.Say("Reports") + "\n\n")
	for i := range s.Reports {
		it := &s.Reports[i].Item
		fmt.Fprintf(&b, "- %s %s (%s)", it.Effective.In(a.zone).Format("2006-01-02 15:04 MST"), text(it.Title), text(it.Outlet))
		if link := bot.Link(it.Link, 2_000); link != "" {
			fmt.Fprintf(&b, " <%s>", link)
		}
		b.WriteString("\n")
	}
	if len(deeds) > 0 {
		b.WriteString("\n## " + a.words.Say("The team") + "\n\n")
	}
	for _, d := range deeds {
		fmt.Fprintf(&b, "- %s %s: %s %s (%s)\n", d.At.In(a.zone).Format("2006-01-02 15:04 MST"), text(d.By.Name), d.Verb, text(d.Detail), text(d.Outcome))
	}
	return b.Bytes(), nil
}

// careName returns whether somebody has a story, in a word.
func careName(s story.CareState, w words.Words) string {
	switch s {
	case story.Open:
		return w.Say("open")
	case story.Acknowledged:
		return w.Say("acknowledged")
	case story.Resolved:
		return w.Say("resolved")
	}
	return string(s)
}

// A capAlert is an alert of the Common Alerting Protocol 1.2 (OASIS, 2010).
type capAlert struct {
	XMLName    xml.Name `xml:"urn:oasis:names:tc:emergency:cap:1.2 alert"`
	Identifier string   `xml:"identifier"`
	Sender     string   `xml:"sender"`
	Sent       string   `xml:"sent"`
	Status     string   `xml:"status"`
	MsgType    string   `xml:"msgType"`
	Scope      string   `xml:"scope"`
	Restricted string   `xml:"restriction"` // which a scope of Restricted wants
	Info       capInfo  `xml:"info"`
}

type capInfo struct {
	Language    string `xml:"language"`
	Category    string `xml:"category"`
	Event       string `xml:"event"`
	Urgency     string `xml:"urgency"`
	Severity    string `xml:"severity"`
	Certainty   string `xml:"certainty"`
	Headline    string `xml:"headline"`
	Description string `xml:"description"`
	Web         string `xml:"web,omitempty"`
}

func asCAP(s *story.Story, _ []story.Deed) ([]byte, error) {
	lead := s.Lead()
	severity := map[story.Level]string{story.Guarded: "Minor", story.Elevated: "Moderate", story.High: "Severe", story.Critical: "Extreme"}[s.Level]
	if severity == "" {
		severity = "Unknown"
	}
	certainty := "Possible" // one origin says so
	if s.Origins() > 1 {
		certainty = "Likely"
	}
	var said []string
	for i := range s.Reports {
		said = append(said, bot.Clean(s.Reports[i].Item.Title)+" ("+bot.Clean(s.Reports[i].Item.Outlet)+")")
	}
	language := lead.Item.Lang
	if language == "" {
		language = "en"
	}
	alert := capAlert{
		Identifier: "vedette-story-" + strconv.FormatInt(int64(s.ID), 10) + "-" + strconv.Itoa(s.Version), Sender: "vedette",
		Sent: s.Changed.UTC().Format("2006-01-02T15:04:05-00:00"), Status: "Actual", MsgType: "Alert", Scope: "Restricted", Restricted: "for the team that runs this vedette",
		Info: capInfo{
			Language: language, Category: "Security", Event: "Armed conflict", Urgency: "Unknown", Severity: severity, Certainty: certainty,
			Headline: bot.Clean(lead.Item.Title), Description: strings.Join(said, "\n"), Web: bot.Link(lead.Item.Link, 2_000),
		},
	}
	data, err := xml.MarshalIndent(alert, "", "  ")
	return append([]byte(xml.Header), data...), err
}
