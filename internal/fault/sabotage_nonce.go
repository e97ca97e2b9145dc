//go:build sabotage_nonce

package fault

// Sabotaged is the mistake of this build.
const Sabotaged = NonceOfTime
