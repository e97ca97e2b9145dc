//go:build sabotage_key

package fault

// Sabotaged is the mistake of this build.
const Sabotaged = OneKey
