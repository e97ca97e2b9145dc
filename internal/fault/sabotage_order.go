//go:build sabotage_order

package fault

// Sabotaged is the mistake of this build.
const Sabotaged = Unordered
