package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"time"

	"github.com/bwmarrin/discordgo"

	"vedette/bot"
	"vedette/bot/command"
)

// askWithin is how long one exchange may last.
const askWithin = 20 * time.Second

// ask carries out one call outside of the limits that rooms are told within:
// Discord counts interactions apart, each by itself, and what is asked when
// an inbox starts is little. It returns what Discord answered.
//
// The client library keeps a limit for each path for ever, and the path of
// each answer is another.
func (a *Account) ask(ctx context.Context, method, path string, body []byte, kind string) ([]byte, *refusal) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	var x bot.Exchange
	no := &refusal{exchange: &x}
	req, err := http.NewRequestWithContext(bot.WithExchange(ctx, &x), method, discordgo.EndpointAPI+path, bytes.NewReader(body))
	if err != nil {
		return nil, no
	}
	req.Header.Set("Authorization", a.session.Token)
	req.Header.Set("User-Agent", a.session.UserAgent)
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	res, err := a.session.Client.Do(req)
	if err != nil {
		return nil, no
	}
	raw, err := io.ReadAll(res.Body)
	_ = res.Body.Close() // it was read
	if err == nil && res.StatusCode/100 == 2 {
		return raw, nil
	}
	var said struct {
		Code       int     `json:"code"`
		RetryAfter float64 `json:"retry_after"`
	}
	no.json = json.Unmarshal(raw, &said) == nil
	no.code = said.Code
	a.pace.heard("", x.Status)
	if x.Status == http.StatusTooManyRequests {
		no.wait = busyFor(no.json, max(x.RetryAfter, seconds(said.RetryAfter)))
	}
	return nil, no
}

// jsonKind is what a body without a file is.
const jsonKind = "application/json"

// encode returns v as the body of a request, with a file beside it if there is
// one.
func encode(v any, file *command.File) (body []byte, kind string) {
	body, err := json.Marshal(v)
	if err != nil {
		return nil, jsonKind // what forms are made of can be encoded
	}
	if file == nil {
		return body, jsonKind
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, part := range []struct {
		head textproto.MIMEHeader
		data []byte
	}{
		{textproto.MIMEHeader{"Content-Disposition": {`form-data; name="payload_json"`}, "Content-Type": {jsonKind}}, body},
		{textproto.MIMEHeader{"Content-Disposition": {`form-data; name="files[0]"; filename="` + file.Name + `"`}, "Content-Type": {fileKind(file.Type)}}, file.Data},
	} {
		p, err := w.CreatePart(part.head)
		if err == nil {
			_, err = p.Write(part.data)
		}
		if err != nil {
			return body, jsonKind // a buffer takes everything
		}
	}
	_ = w.Close()
	return b.Bytes(), w.FormDataContentType()
}

// fileKind returns a type that may stand in a header.
func fileKind(kind string) string {
	for _, c := range kind {
		if c < ' ' || c > '~' {
			return "application/octet-stream"
		}
	}
	return kind
}
