package store

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"strings"

	"vedette/story"
)

// deliveryKeys names the secret that deliveries' keys are made with.
const deliveryKeys = "delivery keys"

// saveDelivery saves what room is owed of a notice that is about something.
func saveDelivery(ctx context.Context, tx *sql.Tx, n *story.Notice, notice int64, room story.RoomName, about string) error {
	secret, err := secretOf(ctx, tx, deliveryKeys)
	if err != nil {
		return err
	}
	state, doubt, why, err := unlessTold(ctx, tx, n)
	if err != nil {
		return err
	}
	for nth := 0; ; nth++ {
		res, err := tx.ExecContext(ctx, `
			INSERT INTO deliveries (notice, room, story, version, kind, key, state, changed, doubt, looked, why) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?10)
			ON CONFLICT (key) DO NOTHING`,
			notice, room, n.Story, n.Version, n.Kind, keyOf(secret, room, n.Kind, about, nth), state, micros(n.At), doubt, why)
		if err != nil {
			return err
		}
		if saved, err := res.RowsAffected(); saved > 0 || err != nil {
			return err
		}
	}
}

// keyOf returns the name that the nth delivery of its kind about something has
// on a room's platform: 80 bits of a MAC. Two databases never use one name,
// and one that was restored from a backup finds by it what it does not know to
// have sent: to judge the same reports again makes the same names.
func keyOf(secret []byte, room story.RoomName, kind story.NoticeKind, about string, nth int) string {
	mac := hmac.New(sha256.New, secret)
	fmt.Fprintf(mac, "%q %q %q %d", room, kind, about, nth)
	return inKey(mac.Sum(nil))
}

// newKey returns a name that nothing else has.
func newKey() string {
	var random [10]byte
	_, _ = rand.Read(random[:]) // which never fails
	return inKey(random[:])
}

// inKey returns the first 80 bits as a key is written.
func inKey(bits []byte) string { return strings.ToLower(base32.StdEncoding.EncodeToString(bits[:10])) }

// subject says what a notice is about, in words that do not change if it is
// judged again in a copy of the database.
func subject(ctx context.Context, tx *sql.Tx, n *story.Notice, bulletin int64) (string, error) {
	if bulletin != 0 {
		var said string
		if err := tx.QueryRowContext(ctx, `SELECT said FROM bulletins WHERE id = ?`, bulletin).Scan(&said); err != nil {
			return "", err
		}
		var b story.Bulletin
		err := json.Unmarshal([]byte(said), &b)
		return fmt.Sprintf("bulletin %q %q %d %d", b.Watch, b.Key, b.From, b.To), err
	}
	item := n.Item
	if item == 0 { // an alarm: it is about the story
		err := tx.QueryRowContext(ctx, `SELECT item FROM reports WHERE story = ? ORDER BY relation <> 'opens', seq LIMIT 1`, n.Story).Scan(&item)
		if err != nil {
			return "", err
		}
	}
	var feed, guid, canonical string
	var revision int
	err := tx.QueryRowContext(ctx, `SELECT feed, coalesce(nullif(guid, ''), nullif(canonical, ''), title), canonical, revision FROM items WHERE id = ?`, item).Scan(&feed, &guid, &canonical, &revision)
	return fmt.Sprintf("report %q %q %q %d", feed, guid, canonical, revision), err
}
