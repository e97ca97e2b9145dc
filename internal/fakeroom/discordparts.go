package fakeroom

import (
	"bytes"
	"io"
	"mime/multipart"
	"strings"
)

// parted returns c with the JSON of a body that has files beside it, or why
// Discord does not take it.
func parted(c *call, boundary string) (*call, string) {
	with := *c
	with.body = nil
	r := multipart.NewReader(bytes.NewReader(c.body), boundary)
	files := 0
	for {
		p, err := r.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return &with, "the parts cannot be read"
		}
		data, err := io.ReadAll(p)
		switch name := p.FormName(); {
		case err != nil:
			return &with, "the parts cannot be read"
		case name == "payload_json":
			with.body = data
		case strings.HasPrefix(name, "files[") && p.FileName() != "" && len(data) > 0 && len(data) <= 10<<20:
			files++
		default:
			return &with, "a part is no file: " + name
		}
	}
	if files == 0 {
		return &with, "there is no file beside the words"
	}
	return &with, ""
}
