package fault

// A Sabotage is a deliberate mistake. [Sabotaged] is the one of this build.
type Sabotage uint8

// The sabotages, each with its build tag.
const (
	None            Sabotage = iota
	ValidatorsFirst          // sabotage_etag: a feed's validators are saved before its items
	OutboxLater              // sabotage_outbox: what rooms are owed is saved in a transaction of its own, after the judgement
	MarkedFirst              // sabotage_mark: a message is recorded as delivered before it is sent
	DropsOn5xx               // sabotage_5xx: an answer of 500 and above ends a message
	NonceOfTime              // sabotage_nonce: Discord's nonce is made of the time, not of the delivery
	OneNonce                 // sabotage_onenonce: all messages have one nonce in Discord
	NoLookup                 // sabotage_lookup: an ambiguous message is sent again in Slack without being looked up
	LimitIsFinal             // sabotage_ratelimited: Slack's ratelimited ends a message
	NoLease                  // sabotage_lease: a send does not look whether its lease still holds
	WallLease                // sabotage_clock: a lease is measured by the wall clock of the replica
	NotSynced                // sabotage_sync: SQLite does not wait for the disk (synchronous=NORMAL)
	Unordered                // sabotage_order: what a room is owed comes in no order
	GivesUp                  // sabotage_giveup: a message is given up after five attempts
	AnyMention               // sabotage_mentions: Discord may find mentions in a text
	Prechecked               // sabotage_precheck: a feed's host is checked before it is dialled, not as it is
	AlwaysWell               // sabotage_heartbeat: the process says that it is well, whatever the audit finds
)
