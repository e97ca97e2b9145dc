// Package command is what people ask vedette in a room, and what it answers.
//
// A platform's package hands over a [Call]: who asks, where, and either the
// words that were typed or a command with its arguments. What comes back is an
// [Answer] in no platform's terms. [Specs] lists the commands: what a platform
// registers, what help prints and what typed words are read by are one table.
//
// The package never talks to a platform and never sends an alert. What an act
// changes is saved, with who did it, before the answer is given; a call that
// is heard twice acts once.
package command
