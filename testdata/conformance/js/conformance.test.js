// Asks the simulated cloud of clouds/minimal.yaml what amisync asks EC2, through the AWS
// SDK for JavaScript. Endpoint, credentials and region stand in the environment.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import * as ec2 from '@aws-sdk/client-ec2';
import * as sts from '@aws-sdk/client-sts';

const image = 'ami-0a000000000000001'; // shared with 210987654321
const other = 'ami-0a000000000000002'; // private
const organization = 'arn:aws:organizations::123456789012:organization/o-exampleorg1';
const unit = 'arn:aws:organizations::123456789012:ou/o-exampleorg1/ou-ab12-11111111';
const role = { RoleArn: 'arn:aws:iam::111122223333:role/amisync', RoleSessionName: 'js', ExternalId: 'acme-images' };

const manifest = new URL('node_modules/@aws-sdk/client-ec2/package.json', import.meta.url);
console.log('AWS SDK for JavaScript', JSON.parse(readFileSync(manifest)).version);

const ambient = new sts.STSClient();
const { Credentials } = await ambient.send(new sts.AssumeRoleCommand(role));
const credentials = {
  accessKeyId: Credentials.AccessKeyId,
  secretAccessKey: Credentials.SecretAccessKey,
  sessionToken: Credentials.SessionToken,
};
const client = new ec2.EC2Client({ credentials, maxAttempts: 1 });
const send = (command, input = {}) => client.send(new ec2[command + 'Command'](input));
const modify = (add, remove = []) =>
  send('ModifyImageAttribute', { ImageId: image, LaunchPermission: { Add: add, Remove: remove } });

async function permissions(id) {
  const { LaunchPermissions } = await send('DescribeImageAttribute', { ImageId: id, Attribute: 'launchPermission' });
  return LaunchPermissions ?? [];
}

const refused = (code, status) => (error) => {
  assert.equal(error.name, code);
  assert.equal(error.$metadata.httpStatusCode, status);
  return true;
};

test('a session speaks for the role', async () => {
  const session = new sts.STSClient({ credentials });
  const identity = await session.send(new sts.GetCallerIdentityCommand());
  assert.equal(identity.Arn, 'arn:aws:sts::111122223333:assumed-role/amisync/js');
  assert.ok(Credentials.Expiration > new Date());
  await assert.rejects(ambient.send(new sts.AssumeRoleCommand({ ...role, ExternalId: 'wrong' })), refused('AccessDenied', 403));
});

test('a session policy narrows the role', async () => {
  const Policy = JSON.stringify({ Statement: [{ Effect: 'Allow', Action: 'ec2:Describe*', Resource: '*' }] });
  const { Credentials: c } = await ambient.send(new sts.AssumeRoleCommand({ ...role, Policy }));
  const reader = new ec2.EC2Client({
    credentials: { accessKeyId: c.AccessKeyId, secretAccessKey: c.SecretAccessKey, sessionToken: c.SessionToken },
  });
  await reader.send(new ec2.DescribeImagesCommand({ Owners: ['self'] }));
  await assert.rejects(
    reader.send(new ec2.ResetImageAttributeCommand({ ImageId: image, Attribute: 'launchPermission' })),
    refused('UnauthorizedOperation', 403),
  );
});

test('images are listed, filtered and paged', async () => {
  const list = async (input) => (await send('DescribeImages', input)).Images.map((i) => i.ImageId);
  assert.deepEqual(await list({ Owners: ['self'] }), [image, other]);
  assert.deepEqual(await list({ Filters: [{ Name: 'name', Values: ['*-20261101'] }] }), [other]);
  const paged = [];
  for await (const page of ec2.paginateDescribeImages({ client, pageSize: 1 }, { Owners: ['self'] })) {
    assert.equal(page.Images.length, 1);
    paged.push(page.Images[0].ImageId);
  }
  assert.deepEqual(paged, [image, other]);
  const [first] = (await send('DescribeImages', { ImageIds: [image] })).Images;
  assert.equal(first.Name, 'base-al2023-arm64-20261001');
  assert.equal(first.CreationDate, '2026-10-01T06:00:00.000Z');
  assert.deepEqual(first.Tags, [{ Key: 'channel', Value: 'stable' }]);
  assert.equal(first.Public, false);
});

test('launch permissions of every kind are changed', async () => {
  assert.deepEqual(await permissions(image), [{ UserId: '210987654321' }]);
  assert.deepEqual(await permissions(other), []);
  await modify(
    [{ UserId: '444455556666' }, { OrganizationArn: organization }, { OrganizationalUnitArn: unit }],
    [{ UserId: '210987654321' }],
  );
  assert.deepEqual(await permissions(image), [
    { OrganizationalUnitArn: unit },
    { OrganizationArn: organization },
    { UserId: '444455556666' },
  ]);
  await modify([{ UserId: '444455556666' }], [{ UserId: '210987654321' }, { OrganizationArn: organization }]);
  assert.deepEqual(await permissions(image), [{ OrganizationalUnitArn: unit }, { UserId: '444455556666' }]);
  await send('ResetImageAttribute', { ImageId: image, Attribute: 'launchPermission' });
  assert.deepEqual(await permissions(image), []);
});

test('block public access decides about publishing', async () => {
  const state = async () => (await send('GetImageBlockPublicAccessState')).ImageBlockPublicAccessState;
  assert.equal(await state(), 'block-new-sharing');
  await assert.rejects(modify([{ Group: 'all' }]), refused('OperationNotPermitted', 400));
  const answer = await send('DisableImageBlockPublicAccess');
  assert.equal(answer.ImageBlockPublicAccessState, 'unblocked');
  assert.equal(await state(), 'unblocked');
  await modify([{ Group: 'all' }]);
  assert.deepEqual(await permissions(image), [{ Group: 'all' }]);
  await send('EnableImageBlockPublicAccess', { ImageBlockPublicAccessState: 'block-new-sharing' });
  assert.equal(await state(), 'block-new-sharing');
  assert.deepEqual(await permissions(image), [{ Group: 'all' }]);
});

test('a disabled image loses its permissions', async () => {
  assert.equal((await send('DisableImage', { ImageId: image })).Return, true);
  assert.deepEqual(await permissions(image), []);
  await assert.rejects(modify([{ UserId: '444455556666' }]), refused('InvalidAMIID.Unavailable', 400));
  const { Images } = await send('DescribeImages', { Owners: ['self'], IncludeDisabled: true });
  assert.equal(Images[0].State, 'disabled');
  await send('EnableImage', { ImageId: image });
  assert.deepEqual(await permissions(image), []);
});

test('errors have the codes of EC2', async () => {
  const cases = [
    ['DescribeImages', { ImageIds: ['ami-0a00000000000000f'] }, 'InvalidAMIID.NotFound', 400],
    ['DescribeImages', { ImageIds: ['ami-1'] }, 'InvalidAMIID.Malformed', 400],
    ['DescribeImages', { ImageIds: [image], MaxResults: 5 }, 'InvalidParameterCombination', 400],
    ['DescribeImages', { DryRun: true }, 'DryRunOperation', 412],
    ['DescribeVpcs', {}, 'InvalidAction', 400],
    ['ModifyImageAttribute', { ImageId: image, LaunchPermission: { Add: [{ UserId: '1' }] } }, 'InvalidAMIAttributeItemValue', 400],
    ['CancelImageLaunchPermission', { ImageId: image }, 'OperationNotPermitted', 400],
  ];
  for (const [command, input, code, status] of cases) {
    await assert.rejects(send(command, input), refused(code, status), command);
  }
});

test('a deregistered image is gone', async () => {
  await send('DeregisterImage', { ImageId: other });
  await assert.rejects(send('DescribeImages', { ImageIds: [other] }), refused('InvalidAMIID.NotFound', 400));
});
