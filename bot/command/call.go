package command

// A Platform is where people talk.
type Platform string

// The platforms.
const (
	Slack   Platform = "slack"
	Discord Platform = "discord"
	CLI     Platform = "cli" // the command line, whose user has the database in hand
)

// A Call is what somebody asks.
type Call struct {
	Key   string // names the call on its platform, the same each time it is heard; "" is never heard twice
	From  Person
	Where Place

	// Words is what was typed after /vedette or after the bot's name, as the
	// platform has it. If it is "", Name and Args say what is asked.
	Words string
	Name  string            // of a [Spec]
	Args  map[string]string // by the name of a [Param]
}

// A Person is who asks.
type Person struct {
	ID    string   // the platform's, without its name: "U0123ABCD", "123456789012345678"
	Name  string   // to be shown; a stranger's words
	Roles []string // IDs of the platform's user groups or roles that the person has
}

// A Place is where a person asks.
type Place struct {
	Platform Platform
	Tenant   string // the workspace's or guild's ID; "" in a direct message of Discord
	Channel  string // its ID; for a thread of Discord's, that of the channel that it is of; at the command line a room's name, or ""
}

// A Choice is one of several values that a person may pick.
type Choice struct {
	Label string // at most 100 characters
	Value string // at most 100 characters
}
