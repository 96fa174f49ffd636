// Signs an image in a registry without TLS as Notary Project's own client does: by its libraries, with a key made for
// this once. `notation REFERENCE jws|cose`.
package main

import (
	"context"
	"crypto/x509"
	"log"
	"os"

	"github.com/notaryproject/notation-core-go/signature/cose"
	"github.com/notaryproject/notation-core-go/signature/jws"
	"github.com/notaryproject/notation-core-go/testhelper"
	"github.com/notaryproject/notation-go"
	"github.com/notaryproject/notation-go/registry"
	"github.com/notaryproject/notation-go/signer"
	"oras.land/oras-go/v2/registry/remote"
)

var envelopes = map[string]string{"jws": jws.MediaTypeEnvelope, "cose": cose.MediaTypeEnvelope}

func main() {
	if err := sign(os.Args[1], envelopes[os.Args[2]]); err != nil {
		log.Fatal(err)
	}
}

func sign(reference string, envelope string) error {
	repository, err := remote.NewRepository(reference)
	if err != nil {
		return err
	}
	repository.PlainHTTP = true
	made := testhelper.GetRSASelfSignedSigningCertTuple("tests")
	key, err := signer.NewGenericSigner(made.PrivateKey, []*x509.Certificate{made.Cert})
	if err != nil {
		return err
	}
	options := notation.SignOptions{ArtifactReference: reference}
	options.SignatureMediaType = envelope
	_, err = notation.Sign(context.Background(), key, registry.NewRepository(repository), options)
	return err
}
