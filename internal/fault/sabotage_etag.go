//go:build sabotage_etag

package fault

// Sabotaged is the mistake of this build.
const Sabotaged = ValidatorsFirst
