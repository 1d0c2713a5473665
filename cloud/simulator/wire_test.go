package simulator_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/amisync/amisync/cloud/simulator"
)

// post sends a form as the owner and returns status and body.
func (f *fixture) post(service, form string) (int, string) {
	f.t.Helper()
	values, err := url.ParseQuery(form)
	must(f.t, err)
	request, err := http.NewRequest("POST", f.url, strings.NewReader(values.Encode()))
	must(f.t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+keys[owner]+"/20261121/us-east-1/"+service+"/aws4_request, SignedHeaders=host, Signature=0")
	response, err := http.DefaultClient.Do(request)
	must(f.t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	must(f.t, err)
	return response.StatusCode, string(body)
}

func TestWireFormat(t *testing.T) {
	const (
		header = `<?xml version="1.0" encoding="UTF-8"?>`
		ec2NS  = ` xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"`
		stsNS  = ` xmlns="https://sts.amazonaws.com/doc/2011-06-15/"`
		id     = "5ca1ab1e-0000-4000-8000-000000000001"
	)
	for name, c := range map[string]struct {
		service, form string
		status        int
		body          string
	}{
		"no permissions": {
			"ec2", "Action=DescribeImageAttribute&Version=2016-11-15&Attribute=launchPermission&ImageId=" + first, 200,
			header + "<DescribeImageAttributeResponse" + ec2NS + "><requestId>" + id + "</requestId><imageId>" + first + "</imageId><launchPermission/></DescribeImageAttributeResponse>",
		},
		"permissions": {
			"ec2", "Action=DescribeImageAttribute&Version=2016-11-15&Attribute=launchPermission&ImageId=" + second, 200,
			header + "<DescribeImageAttributeResponse" + ec2NS + "><requestId>" + id + "</requestId><imageId>" + second + "</imageId><launchPermission><item><userId>" + consumer + "</userId></item></launchPermission></DescribeImageAttributeResponse>",
		},
		"modification": {
			"ec2", "Action=ModifyImageAttribute&Version=2016-11-15&LaunchPermission.Add.1.UserId=" + stranger + "&ImageId=" + first, 200,
			header + "<ModifyImageAttributeResponse" + ec2NS + "><requestId>" + id + "</requestId><return>true</return></ModifyImageAttributeResponse>",
		},
		"nothing found": {
			"ec2", "Action=DescribeImages&Version=2016-11-15&Owner.1=amazon", 200,
			header + "<DescribeImagesResponse" + ec2NS + "><requestId>" + id + "</requestId><imagesSet/></DescribeImagesResponse>",
		},
		"error": {
			"ec2", "Action=DescribeImages&Version=2016-11-15&ImageId.1=ami-0a00000000000000f", 400,
			header + "<Response><Errors><Error><Code>InvalidAMIID.NotFound</Code><Message>The image id &#39;[ami-0a00000000000000f]&#39; does not exist</Message></Error></Errors><RequestID>" + id + "</RequestID></Response>",
		},
		"unknown action": {
			"ec2", "Action=RunInstances&Version=2016-11-15", 400,
			header + "<Response><Errors><Error><Code>InvalidAction</Code><Message>The action RunInstances is not valid for this web service.</Message></Error></Errors><RequestID>" + id + "</RequestID></Response>",
		},
		"unknown parameter": {
			"ec2", "Action=DescribeImages&Version=2016-11-15&Owner.1=self&Owners.1=self", 400,
			header + "<Response><Errors><Error><Code>UnknownParameter</Code><Message>The parameter Owners.1 is not recognized</Message></Error></Errors><RequestID>" + id + "</RequestID></Response>",
		},
		"identity": {
			"sts", "Action=GetCallerIdentity&Version=2011-06-15", 200,
			"<GetCallerIdentityResponse" + stsNS + "><GetCallerIdentityResult><UserId>AIDAODA2O2DLNUBWHLS4G</UserId><Account>" + owner + "</Account><Arn>arn:aws:iam::" + owner + ":user/admin</Arn></GetCallerIdentityResult><ResponseMetadata><RequestId>" + id + "</RequestId></ResponseMetadata></GetCallerIdentityResponse>",
		},
		"unknown action of STS": {
			"sts", "Action=GetSessionToken&Version=2011-06-15", 400,
			"<ErrorResponse" + stsNS + "><Error><Type>Sender</Type><Code>InvalidAction</Code><Message>The action GetSessionToken is not valid for this web service.</Message></Error><RequestId>" + id + "</RequestId></ErrorResponse>",
		},
	} {
		t.Run(name, func(t *testing.T) {
			status, body := start(t, smallCloud(), simulator.Options{}).post(c.service, c.form)
			if status != c.status || body != c.body {
				t.Errorf("got  %d %s\nwant %d %s", status, body, c.status, c.body)
			}
		})
	}
}

func TestRefusesCredentialsOfAnotherServiceOrRegion(t *testing.T) {
	f := start(t, smallCloud(), simulator.Options{})
	if status, body := f.post("s3", "Action=DescribeImages&Version=2016-11-15"); status != 403 || !strings.Contains(body, "SignatureDoesNotMatch") {
		t.Errorf("%d %s", status, body)
	}
	client := f.ec2With(f.ec2(owner).Options().Credentials, "mars-north-1")
	_, err := client.DescribeRegions(t.Context(), nil)
	wantCode(t, err, "AuthFailure", 401)
	if !strings.Contains(err.Error(), "mars-north-1") {
		t.Error(err)
	}
}

func TestImageOfAnotherRegionDoesNotExist(t *testing.T) {
	f := start(t, smallCloud(), simulator.Options{})
	client := f.ec2With(f.ec2(owner).Options().Credentials, "eu-west-1")
	_, err := client.DescribeImages(t.Context(), idsOf(second))
	wantCode(t, err, "InvalidAMIID.NotFound", 400)
}

func TestOtherPathsAreNotFound(t *testing.T) {
	f := start(t, smallCloud(), simulator.Options{})
	for _, path := range []string{"/latest/meta-data", "/_simulator/", "/_simulator/keys"} {
		response, err := http.Get(f.url + path)
		must(t, err)
		response.Body.Close()
		if response.StatusCode != 404 {
			t.Errorf("%s: %s", path, response.Status)
		}
	}
}
