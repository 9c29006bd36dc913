// The ACR generator of the External Secrets Operator as a command, for tests/clients and tests/kubernetes.
//
//	external-secrets-generator NAMESPACE < generator.json
//
// The document is an ACRAccessToken. The cluster is that of KUBECONFIG. What the operator would write into the target
// secret is printed as JSON.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/external-secrets/external-secrets/pkg/generator/acr"
	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/config"
)

const patience = 60 * time.Second

func main() {
	if err := generate(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func generate(arguments []string, in io.Reader, out io.Writer) error {
	if len(arguments) != 1 {
		return errors.New("usage: external-secrets-generator NAMESPACE < generator.json")
	}
	document, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	cluster, err := config.GetConfig()
	if err != nil {
		return err
	}
	kubernetes, err := client.New(cluster, client.Options{})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	generator := acr.Generator{}
	secret, _, err := generator.Generate(ctx, &apiextensions.JSON{Raw: document}, kubernetes, arguments[0])
	if err != nil {
		return err
	}
	words := map[string]string{}
	for key, value := range secret {
		words[key] = string(value)
	}
	return json.NewEncoder(out).Encode(words)
}
