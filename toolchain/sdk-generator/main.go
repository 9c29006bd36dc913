// Writes the package's SDK for one language, by Pulumi's own generators: sdk-generator go|nodejs|python < SCHEMA. Prints a
// JSON object of files in base64, by their paths.
//
// `pulumi package gen-sdk` asks the language's host for the same, and today's hosts are not on the Go module proxy.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	golang "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

const tool = "crosstenant"

var languages = map[string]func(*schema.Package) (map[string][]byte, error){
	"go": func(it *schema.Package) (map[string][]byte, error) {
		return golang.GeneratePackage(tool, it, nil)
	},
	"nodejs": func(it *schema.Package) (map[string][]byte, error) {
		return nodejs.GeneratePackage(tool, it, nil, nil, false, nil)
	},
	"python": func(it *schema.Package) (map[string][]byte, error) {
		return python.GeneratePackage(tool, it, nil, nil)
	},
}

func main() {
	if len(os.Args) != 2 || languages[os.Args[1]] == nil {
		fail(fmt.Errorf("usage: sdk-generator go|nodejs|python < SCHEMA"))
	}
	var spec schema.PackageSpec
	fail(json.NewDecoder(os.Stdin).Decode(&spec))
	// The package refers to no other, so none is loaded.
	pkg, found, err := schema.BindSpec(spec, schema.NewNullLoader(), schema.ValidationOptions{})
	fail(err)
	if found.HasErrors() {
		fail(found)
	}
	// As `pulumi package add` has it: a Go module of its own, a package in its folder.
	pkg.SupportPack = true
	files, err := languages[os.Args[1]](pkg)
	fail(err)
	fail(json.NewEncoder(os.Stdout).Encode(files))
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "sdk-generator:", err)
		os.Exit(1)
	}
}
