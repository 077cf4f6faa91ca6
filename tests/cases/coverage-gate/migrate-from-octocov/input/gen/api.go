package gen

func Ping() int {
	return 1
}
