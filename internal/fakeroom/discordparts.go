package fakeroom

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"strings"
)

// parted returns c with the JSON of a body that has files beside it, and
// their names by their numbers, or why Discord does not take it.
func parted(c *call, boundary string) (without *call, names map[string]string, fault string) {
	with := *c
	with.body = nil
	r := multipart.NewReader(bytes.NewReader(c.body), boundary)
	names = make(map[string]string)
	for {
		p, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return &with, nil, "the parts cannot be read"
		}
		data, err := io.ReadAll(p)
		switch name := p.FormName(); {
		case err != nil:
			return &with, nil, "the parts cannot be read"
		case name == "payload_json":
			with.body = data
		case strings.HasPrefix(name, "files[") && p.FileName() != "" && len(data) > 0 && len(data) <= 10<<20:
			names[strings.TrimSuffix(strings.TrimPrefix(name, "files["), "]")] = p.FileName()
		default:
			return &with, nil, "a part is no file: " + name
		}
	}
	if len(names) == 0 {
		return &with, nil, "there is no file beside the words"
	}
	return &with, names, ""
}
