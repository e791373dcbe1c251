package serverapp_test

import "testing"

func TestThreat(t *testing.T) {
	t.Parallel()
	t.Run("B9_guessing_is_slow", guessingIsSlow)
	t.Run("B9_forwarded_by_strangers", forwardedByStrangers)
	t.Run("B15_large", largeBodies)
	t.Run("B15_slow", slowHeaders)
	t.Run("B17_no_key_in_the_log", noKeyInTheLog)
}
