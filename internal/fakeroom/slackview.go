package fakeroom

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Limits of modals, from the documentation that comes with @slack/types.
const (
	slackMostModal   = 100 // blocks
	slackMostTitle   = 24  // also of what closes and submits it
	slackMostPrivate = 3_000
	slackMostLabel   = 2_000
	slackMostHint    = 150
	slackMostInput   = 3_000
	slackTriggerLife = 3 * time.Second
)

// A modal is a view that a person has open.
type modal struct {
	id, user string
	body     object
	hash     int
}

// A Modal is what a person sees of one.
type Modal struct {
	Title  string
	Text   string          // all that is read in it, with the values of its fields
	Fields []string        // IDs of the blocks of its fields
	Raw    json.RawMessage // as the app gave it
}

// Modal returns the modal that the user has open, or nil.
func (s *Slack) Modal(user string) *Modal {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.people.modals[user]
	if v == nil {
		return nil
	}
	m := &Modal{Title: text(inner(v.body, "title"), "text"), Text: slackRead(v.body)}
	for _, b := range objects(list(v.body, "blocks")) {
		if text(b, "type") == "input" {
			m.Fields = append(m.Fields, text(b, "block_id"))
		}
	}
	m.Raw, _ = json.Marshal(v.body) // which was JSON
	return m
}

// slackRead returns what a person reads in a body with blocks.
func slackRead(body object) string { return joined(slackFace(body, args{}).lines) }

// CloseModal has the user close what is open.
func (s *Slack) CloseModal(user string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.people.modals, user)
}

// Submit has the user send the modal that is open, with values by the IDs of
// their blocks; those that are not named keep what they hold. It reports
// whether there is a modal that can be sent.
func (s *Slack) Submit(user string, values map[string]string) bool {
	s.mu.Lock()
	v := s.people.modals[user]
	if v == nil || inner(v.body, "submit") == nil {
		s.mu.Unlock()
		return false
	}
	state := make(object)
	for _, b := range objects(list(v.body, "blocks")) {
		e := inner(b, "element")
		if text(b, "type") != "input" || e == nil {
			continue
		}
		value := object{"type": "plain_text_input", "value": nil}
		if held := text(e, "initial_value"); held != "" {
			value["value"] = held
		}
		if given, ok := values[text(b, "block_id")]; ok {
			value["value"] = given
		}
		state[text(b, "block_id")] = object{text(e, "action_id"): value}
	}
	payload := s.interaction("view_submission", user)
	payload["view"] = v.told(state)
	payload["response_urls"] = []any{}
	s.mu.Unlock()
	s.deliver(slackInteract, user, payload)
	return true
}

// PressModal has the user press the button with the label in the modal that is
// open, and reports whether there is one.
func (s *Slack) PressModal(user, label string) bool {
	s.mu.Lock()
	v := s.people.modals[user]
	var button object
	if v != nil {
		button = pressable(objects(list(v.body, "blocks")), label)
	}
	if button == nil {
		s.mu.Unlock()
		return false
	}
	payload := s.interaction("block_actions", user)
	payload["view"], payload["actions"] = v.told(object{}), []object{button}
	payload["container"] = object{"type": "view", "view_id": v.id}
	s.mu.Unlock()
	s.deliver(slackInteract, user, payload)
	return true
}

// told returns the view as Slack tells of it.
func (v *modal) told(state object) object {
	o := object{
		"id": v.id, "team_id": slackTeam, "type": "modal", "hash": fmt.Sprint(v.hash), "app_id": slackApp, "bot_id": slackBot,
		"root_view_id": v.id, "previous_view_id": nil, "state": object{"values": state},
		"callback_id": "", "external_id": "", "private_metadata": "", "clear_on_close": false, "notify_on_close": false,
		"submit": nil, "close": nil,
	}
	maps.Copy(o, v.body)
	return o
}

// viewOpen is views.open.
func (s *Slack) viewOpen(c *call, a args) object {
	id := a.text("trigger_id")
	t := s.people.triggers[id]
	delete(s.people.triggers, id)
	body, why := slackView(a)
	switch {
	case t == nil:
		return s.refuse(c, "exchanged_trigger_id", id)
	case time.Since(t.at) > slackTriggerLife:
		return s.refuse(c, "expired_trigger_id", fmt.Sprint(time.Since(t.at)))
	case len(why) > 0:
		return s.refuse(c, "invalid_arguments", why...)
	}
	v := &modal{id: fmt.Sprintf("V%d", s.next(0)), user: t.user}
	s.people.modals[t.user] = v
	v.become(body)
	return object{"ok": true, "view": v.told(object{})}
}

// viewUpdate is views.update.
func (s *Slack) viewUpdate(c *call, a args) object {
	body, why := slackView(a)
	if len(why) > 0 {
		return s.refuse(c, "invalid_arguments", why...)
	}
	for _, v := range s.people.modals {
		if v.id == a.text("view_id") {
			if hash := a.text("hash"); hash != "" && hash != fmt.Sprint(v.hash) {
				return shut("hash_conflict")
			}
			v.become(body)
			return object{"ok": true, "view": v.told(object{})}
		}
	}
	return shut("not_found") // whoever had it closed it
}

// become makes v what body says.
func (v *modal) become(body object) {
	v.body = body
	v.hash++
	for i, b := range objects(list(body, "blocks")) {
		if text(b, "block_id") == "" {
			b["block_id"] = fmt.Sprintf("b%d", i)
		}
	}
}

// submitted takes what an app says to a form that was sent.
func (s *Slack) submitted(c *call, user string, said object) {
	v := s.people.modals[user]
	switch action := text(said, "response_action"); action {
	case "update":
		body, why := slackView(args(said))
		if len(why) > 0 {
			s.blame(c, "the view is refused: %v", why)
			return
		}
		v.become(body)
	case "clear":
		delete(s.people.modals, user)
	default:
		s.blame(c, "response_action is %q", action)
	}
}

// slackView returns the view of an argument, or why Slack refuses it.
func slackView(a args) (body object, why []string) {
	raw, err := a.value("view")
	v, ok := raw.(object)
	if err != nil || !ok {
		return nil, []string{"view is no object"}
	}
	c := &blockCheck{ids: make(map[string]bool), modal: true}
	c.keys("/view", v, "title", "blocks", "close", "submit", "private_metadata", "callback_id", "clear_on_close", "notify_on_close", "external_id", "submit_disabled")
	if text(v, "type") != "modal" {
		c.wrong("/view/type", "%q is no type of a view", text(v, "type"))
	}
	c.text("/view/title", v["title"], slackMostTitle, "plain_text")
	for _, name := range []string{"close", "submit"} {
		if t, ok := v[name]; ok {
			c.text("/view/"+name, t, slackMostTitle, "plain_text")
		}
	}
	if n := units(text(v, "private_metadata")); n > slackMostPrivate {
		c.wrong("/view/private_metadata", "%d characters, most are %d", n, slackMostPrivate)
	}
	if n := units(text(v, "callback_id")); n > slackMostID {
		c.wrong("/view/callback_id", "%d characters, most are %d", n, slackMostID)
	}
	blocks := list(v, "blocks")
	if len(blocks) == 0 || len(blocks) > slackMostModal {
		c.wrong("/view/blocks", "%d blocks, want 1 to %d", len(blocks), slackMostModal)
	}
	c.each("/view/blocks", blocks, noMost, c.block)
	isInput := func(b object) bool { return text(b, "type") == "input" }
	if slices.ContainsFunc(objects(blocks), isInput) && v["submit"] == nil {
		c.wrong("/view/submit", "a form without it cannot be sent")
	}
	return v, c.faults
}

// input checks a field of a form.
func (c *blockCheck) input(at string, b object) {
	if !c.modal {
		c.wrong(at, "a field stands in a message")
		return
	}
	c.keys(at, b, "block_id", "label", "element", "hint", "optional", "dispatch_action")
	c.text(at+"/label", b["label"], slackMostLabel, "plain_text")
	if h, ok := b["hint"]; ok {
		c.text(at+"/hint", h, slackMostLabel, "plain_text")
	}
	e := inner(b, "element")
	if text(e, "type") != "plain_text_input" {
		c.wrong(at+"/element", "a field of type %q is not known here", text(e, "type"))
		return
	}
	at += "/element"
	c.keys(at, e, "action_id", "placeholder", "initial_value", "multiline", "min_length", "max_length", "dispatch_action_config", "focus_on_load")
	c.id(at, e, "action_id", at)
	if p, ok := e["placeholder"]; ok {
		c.text(at+"/placeholder", p, slackMostHint, "plain_text")
	}
	most, _ := e["max_length"].(float64)
	if _, ok := e["max_length"]; ok && (most < 1 || most > slackMostInput) {
		c.wrong(at+"/max_length", "%v, want 1 to %d", most, slackMostInput)
	}
	if most == 0 {
		most = slackMostInput
	}
	if n := units(text(e, "initial_value")); n > int(most) {
		c.wrong(at+"/initial_value", "%d characters, most are %v", n, most)
	}
}
