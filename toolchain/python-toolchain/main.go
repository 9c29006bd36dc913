// Does in a project what Pulumi's current Python host does before it runs a program with `toolchain: uv`: installs the
// dependencies, lists the packages, starts Python. Prints what it found: python-toolchain FOLDER.
//
// The host itself is not on the Go module proxy; this package, which it calls, is a part of Pulumi's SDK.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/pulumi/pulumi/sdk/v3/python/toolchain"
)

func main() {
	if len(os.Args) != 2 {
		fail(fmt.Errorf("usage: python-toolchain FOLDER"))
	}
	ctx, folder := context.Background(), os.Args[1]
	uv, err := toolchain.ResolveToolchain(toolchain.PythonOptions{Root: folder, ProgramDir: folder, Toolchain: toolchain.Uv})
	fail(err)
	fail(uv.InstallDependencies(ctx, folder, false, true, os.Stderr, os.Stderr))
	fail(uv.ValidateVenv(ctx))
	listed, err := uv.ListPackages(ctx, true)
	fail(err)
	packages := map[string]string{}
	for _, it := range listed {
		packages[it.Name] = it.Version
	}
	python, err := uv.Command(ctx, "-c", "import crosstenant; print(crosstenant.__file__)")
	fail(err)
	python.Dir = folder
	imported, err := python.Output()
	fail(err)
	fail(json.NewEncoder(os.Stdout).Encode(map[string]any{"packages": packages, "imported": string(imported)}))
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "python-toolchain:", err)
		os.Exit(1)
	}
}
