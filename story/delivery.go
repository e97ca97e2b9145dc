package story

import "time"

// A RoomName names a room in the desk file.
type RoomName string

// A DeliveryID identifies a delivery in one database. The zero DeliveryID
// stands for an edit of a root message, which nobody is owed by itself.
type DeliveryID int64

// A DeliveryState says where a delivery stands.
type DeliveryState string

// The states of a delivery. Owed, Sending, Ambiguous and Held are open; the
// others end it, Below as long as the story does not rise.
const (
	Owed      DeliveryState = "owed"      // recorded, not yet tried or to be tried again
	Sending   DeliveryState = "sending"   // given to the platform, which has not yet answered
	Ambiguous DeliveryState = "ambiguous" // given to the platform, whose answer was lost: looked for, and never sent again blindly
	Delivered DeliveryState = "delivered" // stands in the room; the platform's id is recorded
	Merged    DeliveryState = "merged"    // an edit of the root message covered it
	Muted     DeliveryState = "muted"     // the room had muted the story
	Below     DeliveryState = "below"     // the story stood below the level from which the room is told; owed again if it rises
	Held      DeliveryState = "held"      // quiet hours; becomes a line of the digest at their end
	Digested  DeliveryState = "digested"  // told as a line of a digest, which is a delivery of its own
	Expired   DeliveryState = "expired"   // nothing left in the room that it could change
	Parked    DeliveryState = "parked"    // refused for good; the operators are told
)

// An Act is what a delivery does in the room.
type Act string

// The acts.
const (
	Post   Act = "post"    // a root message
	Reply  Act = "reply"   // a message in the root's thread
	Edit   Act = "edit"    // the root message shows the story's newest version
	LookUp Act = "look up" // an ambiguous message is looked for in the room
)

// A Remote is where a message stands on its platform, in the platform's own
// terms: a Slack timestamp, a Discord message id.
type Remote string

// A Dispatch is one act that is due in a room, with all that is told by it.
type Dispatch struct {
	Delivery DeliveryID // 0 for an Edit
	Key      string     // names the delivery on the platform: 16 letters and digits, the same at each attempt; for an Edit that of the message
	Attempt  int        // 1 at first
	Act      Act
	Room     RoomName
	Root     Remote  // for Reply and Edit, and for a LookUp if there is one
	Notice   Notice  // zero for an Edit
	Story    Story   // as it stands at the claim
	Merged   *Aside  // for an Edit: Root told this story, which goes on in Story, told by See; or nil
	Parted   *Aside  // the story that Story was once part of, told by See; or nil
	Calls    Mention // whom the message pings
	Why      string  // it pings or does not, in plain words, or ""

	Owed   time.Time // since when the room is to hear what it tells
	Tried  time.Time // for a LookUp: since when it may stand in the room
	Until  time.Time // for a LookUp: until when it may have been told, if a database told it of which a backup was put back, or the zero time
	Looked time.Time // for a LookUp: when it was looked for in vain, after it was last sent, or the zero time
	Stuck  bool      // the room took others while this one did not get through for a quarter of an hour
	Shut   int       // how often in a row the room was found shut
}

// StuckAfter is how long a message delays its story that does not get through
// though others do.
const StuckAfter = 15 * time.Minute

// Shown returns the story whose root message an Edit changes, and the version
// that the message shows from then on.
func (d *Dispatch) Shown() (ID, int) {
	if d.Merged != nil {
		return d.Merged.Story, d.Merged.Version
	}
	return d.Story.ID, d.Story.Version
}

// An Outcome says how a dispatch ended.
type Outcome struct {
	Dispatch  Dispatch
	State     DeliveryState // Delivered, Ambiguous, Parked, Expired (an Edit), or Owed to try again
	Remote    Remote        // of the message, if Delivered
	NotBefore time.Time     // for Owed and Ambiguous: the earliest next attempt or look
	Looked    time.Time     // for Ambiguous: when it was first looked for in vain, or the zero time
	Rest      bool          // for Owed: nothing at all is sent to the room before NotBefore
	RootGone  bool          // the root message of the story does not stand in the room any more
	Why       string        // in plain words, without secrets, if not Delivered
	Barred    bool          // the platform does not accept the token
	Shut      int           // how often in a row the room was found shut, this time included
	Alarm     *Bulletin     // that operators hear with it, or nil
	At        time.Time
}
