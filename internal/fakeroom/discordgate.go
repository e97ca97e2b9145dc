package fakeroom

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// Where the gateway is: a session is begun at one address, and taken up at
// another.
const (
	gatePath   = "/gateway/"
	gateResume = "/resume"

	discordBeat    = 41250 * time.Millisecond
	discordTouched = 1<<1 | 1<<8 | 1<<15 // the intents that need Discord's leave
)

// A gate is the gateway side of a Discord. The server's lock guards it.
type gate struct {
	every    time.Duration // between two heartbeats
	lines    []*gateLine   // open, in order of arrival
	sessions map[string]*gateSession
	newest   *gateSession // that events go to
	left     int          // sessions that may begin today
	after    time.Duration
	bar      int // close code that a new line gets, or 0
	begun    int // sessions
	resumed  int
	ever     int // lines
}

// A gateSession is what outlives a line.
type gateSession struct {
	id     string
	events []object // all, the first with the sequence 1
	line   *gateLine
	over   bool
}

// A gateLine is a connection of the gateway.
type gateLine struct {
	conn    *websocket.Conn
	writing sync.Mutex  // one writes at a time
	deaf    atomic.Bool // heartbeats are not acknowledged
	frozen  atomic.Bool // nothing passes any more
	path    string
	session *gateSession // the server's lock guards it
}

// A Traffic is what went over the gateway.
type Traffic struct {
	Open    int // lines
	Ever    int // lines
	Begun   int // sessions
	Resumed int // times that a session was taken up
}

// Traffic returns what went over the gateway so far.
func (d *Discord) Traffic() Traffic {
	d.mu.Lock()
	defer d.mu.Unlock()
	return Traffic{Open: len(d.gate.lines), Ever: d.gate.ever, Begun: d.gate.begun, Resumed: d.gate.resumed}
}

// gatewayBot is GET /gateway/bot.
func (d *Discord) gatewayBot(c *call) answer {
	return answer{status: http.StatusOK, body: object{
		"url": gateURL(c, gatePath), "shards": 1,
		"session_start_limit": object{
			"total": 1000, "remaining": d.gate.left, "reset_after": d.gate.after.Milliseconds(), "max_concurrency": 1,
		},
	}}
}

// gateURL returns the gateway's address where the caller has reached the server.
func gateURL(c *call, path string) string { return "ws://" + c.Host + path }

// accept serves a line until it ends.
func (d *Discord) accept(w http.ResponseWriter, r *http.Request) {
	conn, err := (&websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}).Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	l := &gateLine{conn: conn, path: r.URL.Path}
	c := &call{Request: r, name: "gateway"}
	d.mu.Lock()
	d.gate.lines = append(d.gate.lines, l)
	d.gate.ever++
	every, bar := d.gate.every, d.gate.bar
	if q := r.URL.Query(); q.Get("v") != "10" || q.Get("encoding") != "json" {
		d.blame(c, "the query is %q, want v=10 and encoding=json", r.URL.RawQuery)
	}
	d.mu.Unlock()
	defer d.lost(l)
	l.write(object{"op": 10, "d": object{"heartbeat_interval": every.Milliseconds(), "_trace": []any{}}})
	for {
		_, raw, err := conn.ReadMessage()
		if err != nil {
			if websocket.IsCloseError(err, websocket.CloseNormalClosure, websocket.CloseGoingAway) {
				d.mu.Lock()
				if l.session != nil {
					l.session.over = true // as documented
				}
				d.mu.Unlock()
			}
			return
		}
		if l.frozen.Load() {
			continue
		}
		if code := d.heard(c, l, raw, bar); code != 0 {
			l.shut(code)
			return
		}
	}
}

// lost forgets a line. Its session is kept.
func (d *Discord) lost(l *gateLine) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.gate.lines = slices.DeleteFunc(d.gate.lines, func(o *gateLine) bool { return o == l })
	if l.session != nil && l.session.line == l {
		l.session.line = nil
	}
}

// write sends v, and closes the line if that does not work.
func (l *gateLine) write(v any) {
	if l.frozen.Load() {
		return
	}
	l.writing.Lock()
	defer l.writing.Unlock()
	_ = l.conn.SetWriteDeadline(time.Now().Add(time.Second))
	if l.conn.WriteJSON(v) != nil {
		_ = l.conn.Close()
	}
}

// shut closes the line with the code.
func (l *gateLine) shut(code int) {
	_ = l.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, "fakeroom"), time.Now().Add(time.Second))
	_ = l.conn.Close()
}

// heard takes what a bot says, and returns the code to close its line with,
// or 0.
func (d *Discord) heard(c *call, l *gateLine, raw []byte, bar int) int {
	var f struct {
		Op   int             `json:"op"`
		Data json.RawMessage `json:"d"`
	}
	if json.Unmarshal(raw, &f) != nil {
		return 4002
	}
	if len(raw) > 4096 {
		d.accuse(c, "a payload of %d bytes", len(raw))
		return 4002
	}
	switch f.Op {
	case 1:
		if !l.deaf.Load() {
			l.write(object{"op": 11})
		}
	case 2:
		if bar != 0 {
			return bar
		}
		return d.identify(c, l, f.Data)
	case 6:
		if bar != 0 {
			return bar
		}
		return d.resume(c, l, f.Data)
	default:
		return 4001
	}
	return 0
}

// accuse is blame for whoever does not hold the lock.
func (d *Discord) accuse(c *call, format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.blame(c, format, args...)
}

// identify begins a session.
func (d *Discord) identify(c *call, l *gateLine, raw []byte) int {
	var p struct {
		Token   string `json:"token"`
		Intents int    `json:"intents"`
	}
	if json.Unmarshal(raw, &p) != nil {
		return 4002
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case strings.TrimPrefix(p.Token, "Bot ") != d.token:
		d.blame(c, "the token is not the bot's")
		return 4004
	case p.Intents&discordTouched != 0:
		d.blame(c, "the intents %d need leave", p.Intents)
		return 4014
	case d.gate.left <= 0:
		d.blame(c, "no session may begin any more: Discord takes the token away")
		return 4004
	}
	d.gate.left--
	d.gate.begun++
	s := &gateSession{id: fmt.Sprintf("s%d", d.gate.begun), line: l}
	d.gate.sessions[s.id], d.gate.newest, l.session = s, s, s
	ready := object{
		"v": 10, "session_id": s.id, "resume_gateway_url": gateURL(c, gateResume), "session_type": "normal",
		"user": discordAuthor(), "application": object{"id": discordUser, "flags": 0}, "shard": []any{0, 1}, "private_channels": []any{},
		"guilds": []any{object{"id": discordGuild, "unavailable": true}},
	}
	s.send("READY", ready)
	if p.Intents&1 != 0 {
		s.send("GUILD_CREATE", d.newsroom())
	}
	return 0
}

// newsroom returns the bot's server with the channels that were moved there, as
// those who ask for it are told.
func (d *Discord) newsroom() object {
	channels := []any{}
	for id, g := range d.guilds {
		if g == discordGuild {
			channels = append(channels, object{"id": id, "type": 0, "name": "fakeroom", "position": 0, "parent_id": nil, "permission_overwrites": []any{}})
		}
	}
	return object{
		"id": discordGuild, "name": "Newsroom", "owner_id": discordUser, "unavailable": false, "large": false, "member_count": 1, "features": []any{},
		"channels": channels, "members": []any{}, "roles": []any{}, "threads": []any{}, "emojis": []any{}, "stickers": []any{}, "presences": []any{},
		"voice_states": []any{}, "stage_instances": []any{}, "guild_scheduled_events": []any{}, "preferred_locale": "en-US",
	}
}

// resume takes a session up, and sends what was missed.
func (d *Discord) resume(c *call, l *gateLine, raw []byte) int {
	var p struct {
		Token string `json:"token"`
		ID    string `json:"session_id"`
		Seq   int    `json:"seq"`
	}
	if json.Unmarshal(raw, &p) != nil {
		return 4002
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if strings.TrimSuffix(l.path, "/") != gateResume {
		d.blame(c, "a session is taken up at %s", l.path)
	}
	s := d.gate.sessions[p.ID]
	if s == nil || s.over || strings.TrimPrefix(p.Token, "Bot ") != d.token || p.Seq > len(s.events) {
		l.write(object{"op": 9, "d": false})
		return 0
	}
	d.gate.resumed++
	s.line, l.session = l, s
	for _, e := range s.events[p.Seq:] {
		l.write(e)
	}
	s.send("RESUMED", object{"_trace": []any{}})
	return 0
}

// send sends an event to the session, now or when it is taken up.
func (s *gateSession) send(event string, data any) {
	e := object{"op": 0, "t": event, "s": len(s.events) + 1, "d": data}
	s.events = append(s.events, e)
	if s.line != nil {
		s.line.write(e)
	}
}

// event sends an event to the bot. If there never was a session, nobody hears
// it. The lock is held.
func (d *Discord) event(name string, data any) {
	if s := d.gate.newest; s != nil {
		s.send(name, data)
	}
}

// Repeat sends the newest event once more, with the number that it had: as
// Discord may after a session is taken up.
func (d *Discord) Repeat() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s := d.gate.newest; s != nil && s.line != nil && len(s.events) > 0 {
		s.line.write(s.events[len(s.events)-1])
	}
}

// Beat sets how often a heartbeat is asked for from lines that open later.
func (d *Discord) Beat(every time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.gate.every = every
}

// Bar closes each line that opens later with the code, once a session is to
// begin or to be taken up. 0 lets them in.
func (d *Discord) Bar(code int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.gate.bar = code
}

// Ration sets how many sessions may begin, and when there will be more.
func (d *Discord) Ration(left int, after time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.gate.left, d.gate.after = left, after
}

// Withhold acknowledges no heartbeat any more on the lines that are open.
func (d *Discord) Withhold() { d.each(func(l *gateLine) { l.deaf.Store(true) }) }

// Freeze lets nothing pass on the lines that are open, as on one that is cut
// where neither side sees it.
func (d *Discord) Freeze() { d.each(func(l *gateLine) { l.frozen.Store(true) }) }

// Shut closes the lines that are open with the code; 0 cuts them.
func (d *Discord) Shut(code int) {
	d.each(func(l *gateLine) {
		if code == 0 {
			_ = l.conn.Close()
			return
		}
		l.shut(code)
	})
}

// Renew asks for another line (operation 7).
func (d *Discord) Renew() { d.each(func(l *gateLine) { l.write(object{"op": 7, "d": nil}) }) }

// Invalidate ends the sessions of the lines that are open (operation 9), for
// good unless they may be taken up.
func (d *Discord) Invalidate(resumable bool) {
	d.each(func(l *gateLine) {
		d.mu.Lock()
		if l.session != nil {
			l.session.over = !resumable
		}
		d.mu.Unlock()
		l.write(object{"op": 9, "d": resumable})
	})
}

// Frame sends a frame, whatever is in it, on the lines that are open.
func (d *Discord) Frame(text string) {
	d.each(func(l *gateLine) {
		l.writing.Lock()
		defer l.writing.Unlock()
		_ = l.conn.WriteMessage(websocket.TextMessage, []byte(text)) // whose loss is found out by reading
	})
}

// each calls do with each line that is open.
func (d *Discord) each(do func(*gateLine)) {
	d.mu.Lock()
	open := slices.Clone(d.gate.lines)
	d.mu.Unlock()
	for _, l := range open {
		do(l)
	}
}

// Close ends the server, and lines with it. The transcript stays.
func (d *Discord) Close() {
	d.Shut(0)
	d.server.Close()
}
