#include "test_story.hpp"

namespace fakecloud {

class PricingStory : public Story {
protected:
    Response products(const std::string& service, const Fields& filters,
                      const std::string& more = {}) {
        std::string body = R"({"ServiceCode":")" + service + R"(","Filters":[)";
        for (const auto& [name, value] : filters)
            body += std::string(body.back() == '[' ? "" : ",") +
                    R"({"Type":"TERM_MATCH","Field":")" + name + R"(","Value":")" + value + "\"}";
        Request request{"POST",
                        "/aws-pricing/",
                        {{"Host", "fake"},
                         {"X-Amz-Target", "AWSPriceListService.GetProducts"},
                         {"Content-Type", "application/x-amz-json-1.1"}},
                        body + "]" + more + "}"};
        sign_sigv4(request, options.credentials[4], "us-east-1", "pricing", now);
        return cloud->answer(request, now);
    }
    Fields usual = {{"regionCode", "us-east-1"},
                    {"operatingSystem", "Linux"},
                    {"preInstalledSw", "NA"},
                    {"capacitystatus", "Used"},
                    {"marketoption", "OnDemand"}};
};

TEST_F(PricingStory, the_price_list_is_a_list_of_json_strings) {
    usual.push_back({"tenancy", "Shared"});
    usual.push_back({"instanceType", "t3.micro"});
    const auto found = products("AmazonEC2", usual);
    ASSERT_EQ(at(found, "/PriceList").as_array().size(), 1u) << found.body;
    const auto product = json::parse(at(found, "/PriceList/0").as_string());
    EXPECT_EQ(product.at("product").at("attributes").at("instanceType").as_string(), "t3.micro");
    const auto& term = product.at("terms").at("OnDemand").as_object().begin()->value();
    const auto& dimension = term.at("priceDimensions").as_object().begin()->value();
    EXPECT_EQ(dimension.at("pricePerUnit").at("USD").as_string(), "0.0104000000");
}

TEST_F(PricingStory, who_forgets_the_tenancy_finds_a_dearer_product_too) {
    usual.push_back({"instanceType", "t3.micro"});
    EXPECT_EQ(at(products("AmazonEC2", usual), "/PriceList").as_array().size(), 2u);
}

TEST_F(PricingStory, pages_follow_their_token) {
    usual.push_back({"tenancy", "Shared"});
    const auto first = products("AmazonEC2", usual);
    EXPECT_EQ(at(first, "/PriceList").as_array().size(), 100u);
    const auto second =
        products("AmazonEC2", usual, R"(,"NextToken":")" + text(first, "/NextToken") + "\"");
    EXPECT_NE(text(first, "/PriceList/0"), text(second, "/PriceList/0"));
}

TEST_F(PricingStory, disk_and_address_cost_extra) {
    EXPECT_NE(products("AmazonEC2", {{"productFamily", "Storage"},
                                     {"volumeApiName", "gp3"},
                                     {"regionCode", "us-east-1"}})
                  .body.find("0.0800000000"),
              std::string::npos);
    EXPECT_NE(products("AmazonVPC",
                       {{"regionCode", "us-east-1"}, {"usagetype", "PublicIPv4:InUseAddress"}})
                  .body.find("0.0050000000"),
              std::string::npos);
}

}  // namespace fakecloud
