//go:build sabotage_mentions

package fault

// Sabotaged is the mistake of this build.
const Sabotaged = AnyMention
