package command

import (
	"context"

	"vedette/bot/words"
)

// An Answerer answers what people ask. Its methods may be called from several
// goroutines, and answer even if something fails: then the answer says so.
type Answerer interface {
	// Do carries c out.
	Do(ctx context.Context, c *Call) *Answer

	// Press carries out what the button that bears do stands for; c has its
	// Key, From and Where. A button that this program did not make is
	// refused.
	Press(ctx context.Context, c *Call, do string) *Answer

	// Suggest returns at most 25 values that begin with or hold typed, for a
	// parameter of the command c.Name, with the other arguments as far as they
	// are known.
	Suggest(ctx context.Context, c *Call, param, typed string) []Choice

	// Words returns those in which a person is answered who asks at a place.
	Words(at Place) words.Words
}
