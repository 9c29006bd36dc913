// Writes the package's SDK for C#, by Pulumi's own generator: sdk-generator-dotnet < SCHEMA. Prints a JSON object of files
// in base64, by their paths.
//
// A program of its own, because newer versions of this module no longer hold the generator of C#.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"net/http"
	"os"

	"github.com/pulumi/pulumi/pkg/v3/codegen/dotnet"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

func main() {
	http.DefaultTransport = icon{}
	var spec schema.PackageSpec
	fail(json.NewDecoder(os.Stdin).Decode(&spec))
	pkg, found, err := schema.BindSpec(spec, nil, schema.ValidationOptions{})
	fail(err)
	if found.HasErrors() {
		fail(found)
	}
	files, err := dotnet.GeneratePackage("crosstenant", pkg, nil, nil)
	fail(err)
	fail(json.NewEncoder(os.Stdout).Encode(files))
}

// icon answers the generator's one request, for the picture of the NuGet package: the SDK is the same with and without a
// network.
type icon struct{}

func (icon) RoundTrip(request *http.Request) (*http.Response, error) {
	square := image.NewRGBA(image.Rect(0, 0, 64, 64))
	draw.Draw(square, square.Bounds(), image.NewUniform(color.RGBA{R: 0x00, G: 0x5b, B: 0xa1, A: 0xff}), image.Point{}, draw.Src)
	var picture bytes.Buffer
	if err := png.Encode(&picture, square); err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(&picture), Request: request}, nil
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "sdk-generator-dotnet:", err)
		os.Exit(1)
	}
}
