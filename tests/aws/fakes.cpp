#include "fakes.hpp"

#include "aws/encoding.hpp"

namespace berth::aws::test {

std::string field(const HttpRequest& request, const std::string& name) {
  const std::string wanted = percent_encoded(name) + "=";
  const std::string body = "&" + request.body;
  const auto at = body.find("&" + wanted);
  if (at == std::string::npos) return {};
  const auto from = at + 1 + wanted.size();
  return percent_decoded(body.substr(from, body.find('&', from) - from));
}

std::string error_xml(const std::string& code, const std::string& message) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>" + code +
         "</Code><Message>" + message +
         "</Message></Error></Errors><RequestID>r-1</RequestID></Response>";
}

std::string reservation(const std::string& id, const std::string& attempt, const std::string& state,
                        const std::string& installation) {
  const auto tag = [](const std::string& key, const std::string& value) {
    return "<item><key>" + key + "</key><value>" + value + "</value></item>";
  };
  return "<item><reservationId>r-" + id + "</reservationId><instancesSet><item><instanceId>" + id +
         "</instanceId><instanceState><code>16</code><name>" + state +
         "</name></instanceState><instanceType>t3.micro</instanceType>"
         "<launchTime>2026-11-27T11:59:00.250Z</launchTime>"
         "<placement><availabilityZone>us-east-1a</availabilityZone></placement>"
         "<privateIpAddress>10.0.0.5</privateIpAddress><ipAddress>198.51.100.7</"
         "ipAddress><tagSet>" +
         tag("installation", installation) + tag("attempt", attempt) +
         tag("organization_id", "acme") + tag("Name", "auto-acme-" + attempt) +
         tag("expires-at", "1795784400000") + "</tagSet></item></instancesSet></item>";
}

std::string described(const std::string& reservations, const std::string& next_token) {
  return "<DescribeInstancesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">"
         "<requestId>r</requestId><reservationSet>" +
         reservations + "</reservationSet>" +
         (next_token.empty() ? "" : "<nextToken>" + next_token + "</nextToken>") +
         "</DescribeInstancesResponse>";
}

std::string one_image(const std::string& id, const std::string& arch) {
  return "<DescribeImagesResponse><imagesSet><item><imageId>" + id + "</imageId><architecture>" +
         arch +
         "</architecture><name>debian-12-x</name><creationDate>2026-10-01T00:00:00.000Z"
         "</creationDate><rootDeviceName>/dev/xvda</rootDeviceName><blockDeviceMapping><item>"
         "<deviceName>/dev/xvda</deviceName><ebs><volumeSize>8</volumeSize></ebs></item>"
         "</blockDeviceMapping></item></imagesSet></DescribeImagesResponse>";
}

}  // namespace berth::aws::test
