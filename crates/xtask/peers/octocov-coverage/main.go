// Reads one coverage report with octocov's own parser and prints `covered total`.
// The octocov command itself can't be built from its module alone; its package `coverage` can.
package main

import (
	"fmt"
	"os"

	"github.com/k1LoW/octocov/coverage"
)

func main() {
	parse := map[string]func(string) (*coverage.Coverage, string, error){
		"go":        coverage.NewGocover().ParseReport,
		"lcov":      coverage.NewLcov().ParseReport,
		"cobertura": coverage.NewCobertura().ParseReport,
		"clover":    coverage.NewClover().ParseReport,
		"jacoco":    coverage.NewJacoco().ParseReport,
		"simplecov": coverage.NewSimplecov().ParseReport,
	}[os.Args[1]]
	report, _, err := parse(os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(report.Covered, report.Total)
}
