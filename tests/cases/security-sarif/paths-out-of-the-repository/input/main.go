package main

func main() {
	password := "hunter2hunter2"
	_ = password
}
