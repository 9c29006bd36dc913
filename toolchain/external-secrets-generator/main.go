// The External Secrets Operator's part in a pull, as a command, for tests/kubernetes.
//
//	external-secrets-generator NAMESPACE < document.json
//
// The document is an ACRAccessToken, or a List of some and of the ExternalSecret that names them. The cluster is that
// of KUBECONFIG. What the generator answers, or what the operator would write into the target secret, is printed as
// JSON.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"time"

	externalsecrets "github.com/external-secrets/external-secrets/apis/externalsecrets/v1"
	"github.com/external-secrets/external-secrets/pkg/generator/acr"
	"github.com/external-secrets/external-secrets/pkg/template/v2"
	"github.com/external-secrets/external-secrets/pkg/utils"
	core "k8s.io/api/core/v1"
	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/config"
)

const patience = 60 * time.Second

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(arguments []string, in io.Reader, out io.Writer) error {
	if len(arguments) != 1 {
		return errors.New("usage: external-secrets-generator NAMESPACE < document.json")
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
	generate := func(document []byte) (map[string][]byte, error) {
		generator := acr.Generator{}
		secret, _, err := generator.Generate(ctx, &apiextensions.JSON{Raw: document}, kubernetes, arguments[0])
		return secret, err
	}
	list := struct {
		Kind  string
		Items []json.RawMessage
	}{}
	if err := json.Unmarshal(document, &list); err != nil {
		return err
	}
	secret := map[string][]byte{}
	if list.Kind == "List" {
		secret, err = fill(list.Items, generate)
	} else {
		secret, err = generate(document)
	}
	if err != nil {
		return err
	}
	words := map[string]string{}
	for key, value := range secret {
		words[key] = string(value)
	}
	return json.NewEncoder(out).Encode(words)
}

// fill does what the operator's controller does with an ExternalSecret: generate, rewrite the keys, fill the template.
func fill(items []json.RawMessage, generate func([]byte) (map[string][]byte, error)) (map[string][]byte, error) {
	generators := map[string][]byte{}
	external := externalsecrets.ExternalSecret{}
	for _, item := range items {
		object := meta.PartialObjectMetadata{}
		if err := json.Unmarshal(item, &object); err != nil {
			return nil, err
		}
		if object.Kind != "ExternalSecret" {
			generators[object.Name] = item
		} else if err := json.Unmarshal(item, &external); err != nil {
			return nil, err
		}
	}
	data := map[string][]byte{}
	for _, source := range external.Spec.DataFrom {
		generated, err := generate(generators[source.SourceRef.GeneratorRef.Name])
		if err != nil {
			return nil, err
		}
		rewritten, err := utils.RewriteMap(source.Rewrite, generated)
		if err != nil {
			return nil, err
		}
		maps.Copy(data, rewritten)
	}
	texts := map[string][]byte{}
	for key, text := range external.Spec.Target.Template.Data {
		texts[key] = []byte(text)
	}
	secret := core.Secret{}
	values, target := externalsecrets.TemplateScopeValues, externalsecrets.TemplateTargetData
	err := template.Execute(texts, data, values, target, &secret)
	return secret.Data, err
}
