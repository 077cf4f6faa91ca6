package src

func one() int {
	return 1 /* é漢🙂 */
}

func two() int { return one() + one() }
