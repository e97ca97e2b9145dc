//go:build sabotage_onenonce

package fault

// Sabotaged is the mistake of this build.
const Sabotaged = OneNonce
