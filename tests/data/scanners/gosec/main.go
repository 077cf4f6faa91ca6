// Command vulnerable does what gosec warns of.
package main

import (
	"crypto/md5"
	"fmt"
	"net/http"
	"os"
	"os/exec"
)

func run(name string) error {
	return exec.Command("sh", "-c", name).Run()
}

func digest(text string) string {
	/* é漢🙂 */ return fmt.Sprintf("%x", md5.Sum([]byte(text)))
}

func open(path string) {
	file, _ := os.Open(path) // #nosec G304 -- the path is checked by the caller
	file.Close()
}

func main() {
	fmt.Println(digest(os.Args[1]))
	open(os.Args[2])
	if err := run(os.Args[1]); err != nil {
		fmt.Println(err)
	}
	http.ListenAndServe(":8080", nil)
}
