package fakeroom

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"time"
)

// userInfo is users.info.
func (s *Slack) userInfo(_ *call, a args) object {
	user := a.text("user")
	name, known := s.people.names[user]
	if !known {
		return shut("user_not_found")
	}
	return object{"ok": true, "user": object{
		"id": user, "team_id": slackTeam, "name": strings.ToLower(name), "real_name": name, "deleted": false, "is_bot": false,
		"profile": object{"real_name": name, "display_name": name},
	}}
}

// groupMembers is usergroups.users.list.
func (s *Slack) groupMembers(_ *call, a args) object {
	members, known := s.people.groups[a.text("usergroup")]
	if !known {
		return shut("no_such_subteam")
	}
	return object{"ok": true, "users": append([]string{}, members...)}
}

// converse is conversations.open.
func (s *Slack) converse(c *call, a args) object {
	user := a.text("users")
	if _, known := s.people.names[user]; !known {
		return s.refuse(c, "user_not_found", fmt.Sprintf("%q is nobody", user))
	}
	return object{"ok": true, "channel": object{"id": SlackDirect(user)}}
}

// SlackDirect returns the channel of a user's direct messages with the app.
func SlackDirect(user string) string { return "D" + user }

// A file is one that an app uploads.
type file struct {
	id, name, alt string
	length        string // as announced
	data          []byte
}

// files is what a Slack knows of files. The server's lock guards it.
type files struct {
	byID map[string]*file
}

// uploadURL is files.getUploadURLExternal.
func (s *Slack) uploadURL(c *call, a args) object {
	if a.text("filename") == "" || a.text("length") == "" || a.text("length") == "0" {
		return s.refuse(c, "invalid_arguments", "a file has a filename and a length")
	}
	f := &file{id: fmt.Sprintf("F%d", s.next(time.Now().UnixMicro())), name: a.text("filename"), alt: a.text("alt_txt"), length: a.text("length")}
	s.files.byID[f.id] = f
	return object{"ok": true, "upload_url": s.http.URL + "/upload/" + f.id, "file_id": f.id}
}

// uploaded takes the bytes of a file.
func (s *Slack) uploaded(c *call) answer {
	f := s.files.byID[strings.TrimPrefix(c.URL.Path, "/upload/")]
	if f == nil {
		s.blame(c, "no such file: %s", c.URL.Path)
		return answer{status: http.StatusNotFound}
	}
	f.data = c.body
	if kind, params, _ := mime.ParseMediaType(c.Header.Get("Content-Type")); kind == "multipart/form-data" {
		part, err := multipart.NewReader(strings.NewReader(string(c.body)), params["boundary"]).NextPart()
		if err == nil {
			f.data, err = io.ReadAll(part)
		}
		if err != nil {
			s.blame(c, "the upload has no part: %v", err)
		}
	}
	if n := fmt.Sprint(len(f.data)); n != f.length {
		s.blame(c, "the file has %s bytes, %s were announced", n, f.length)
	}
	return answer{status: http.StatusOK, body: "OK"}
}

// uploadDone is files.completeUploadExternal. The file stands in the channel
// then.
func (s *Slack) uploadDone(c *call, a args) object {
	var named []struct {
		ID    string `json:"id"`
		Title string `json:"title"`
	}
	if json.Unmarshal([]byte(a.text("files")), &named) != nil || len(named) == 0 {
		return s.refuse(c, "invalid_arguments", "files is no list of files")
	}
	var told []object
	for _, n := range named {
		f := s.files.byID[n.ID]
		if f == nil || f.data == nil {
			return s.refuse(c, "file_not_found", n.ID)
		}
		told = append(told, object{"id": f.id, "title": n.Title})
		if channel := a.text("channel_id"); channel != "" {
			s.stand(c, args{"text": "file " + escaped(f.name) + " " + escaped(f.alt)}, channel, a.text("thread_ts"))
		}
	}
	return object{"ok": true, "files": told}
}

// File returns the bytes of the file with the name that was uploaded last, or
// nil.
func (s *Slack) File(name string) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	var last *file
	for _, f := range s.files.byID {
		if f.name == name && (last == nil || f.id > last.id) {
			last = f
		}
	}
	if last == nil {
		return nil
	}
	return slices.Clone(last.data)
}
