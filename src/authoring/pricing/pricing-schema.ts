/**
 * The grammar of document 002 (P-1 to P-22) as an XML Schema, for libxml2 and for the editors of authors: structure, required
 * attributes and the form of numbers. What refers from one place to another is judged by the compiler.
 * Departure: children of a group may stand in any order, but those of pricingModel; results that only the vendor knows are `lax`; elements
 * without children are `mixed`, because only so XML Schema lets them hold the blanks that the document prints in them.
 */
export const PRICING_SCHEMA = `<?xml version="1.0"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="pricingModel">
    <xs:complexType>
      <xs:sequence>
        <xs:element name="pricingModelID"><xs:complexType mixed="true"><xs:attribute name="value" type="Id" use="required"/></xs:complexType></xs:element>
        <xs:element name="description" type="xs:string"/>
        <xs:element name="pricingExpression" type="PricingExpression"/>
      </xs:sequence>
      <xs:attribute name="version" use="required" type="Version"/>
    </xs:complexType>
  </xs:element>
  <xs:complexType name="PricingExpression">
    <xs:all>
      <xs:element name="billingCycle" type="BillingCycle" minOccurs="0"/>
      <xs:element name="basicPricing" type="BasicPricing" minOccurs="0"/>
      <xs:element name="alternatePricing" type="AlternatePricing" minOccurs="0"/>
    </xs:all>
  </xs:complexType>
  <xs:complexType name="BillingCycle">
    <xs:choice>
      <xs:element name="instantaneous"><xs:complexType mixed="true"/></xs:element>
      <xs:element name="monthly">
        <xs:complexType mixed="true">
          <xs:attribute name="dayOfMonth" type="DayOfMonth"/><xs:attribute name="dayOfWeek" type="Word"/><xs:attribute name="ordinal" type="Word"/>
        </xs:complexType>
      </xs:element>
      <xs:element name="timePeriod">
        <xs:complexType mixed="true">
          <xs:attribute name="hours" type="Whole"/><xs:attribute name="days" type="Whole"/>
          <xs:attribute name="months" type="Whole"/><xs:attribute name="years" type="Whole"/>
        </xs:complexType>
      </xs:element>
      <xs:element name="schedule">
        <xs:complexType><xs:sequence><xs:element name="dueDate" type="DueDate" maxOccurs="unbounded"/></xs:sequence></xs:complexType>
      </xs:element>
    </xs:choice>
  </xs:complexType>
  <xs:complexType name="DueDate" mixed="true">
    <xs:attribute name="year" type="Whole"/><xs:attribute name="month" type="Month"/><xs:attribute name="day" type="DayOfMonth"/>
  </xs:complexType>
  <xs:complexType name="BasicPricing">
    <xs:sequence><xs:element name="billingAttributes" type="BillingAttributes"/></xs:sequence>
  </xs:complexType>
  <xs:complexType name="AlternatePricing">
    <xs:all>
      <xs:element name="billingAttributes" type="BillingAttributes"/>
      <xs:element name="triggerDefinitions" type="TriggerDefinitions" minOccurs="0"/>
    </xs:all>
  </xs:complexType>
  <xs:complexType name="BillingAttributes">
    <xs:all>
      <xs:element name="fixedRateUseCost" type="Cost" minOccurs="0"/>
      <xs:element name="meteredUseCost" type="MeteredCost" minOccurs="0"/>
      <xs:element name="billingCycleCost" type="Cost" minOccurs="0"/>
      <xs:element name="installmentCost" type="InstallmentCost" minOccurs="0"/>
      <xs:element name="simpleFlatRateCost" type="Cost" minOccurs="0"/>
    </xs:all>
  </xs:complexType>
  <xs:complexType name="Cost" mixed="true">
    <xs:attribute name="currency" type="Currency" use="required"/>
    <xs:attribute name="value" type="Amount" use="required"/>
    <xs:attribute name="prePaidPercentage" type="Decimal"/>
  </xs:complexType>
  <xs:complexType name="MeteredCost" mixed="true">
    <xs:complexContent mixed="true"><xs:extension base="Cost">
      <xs:attribute name="unit" type="Word"/><xs:attribute name="prePaidUnits" type="Decimal"/>
    </xs:extension></xs:complexContent>
  </xs:complexType>
  <xs:complexType name="InstallmentCost" mixed="true">
    <xs:complexContent mixed="true"><xs:extension base="Cost"><xs:attribute name="number" type="Whole" use="required"/></xs:extension></xs:complexContent>
  </xs:complexType>
  <xs:complexType name="TriggerDefinitions">
    <xs:choice minOccurs="0" maxOccurs="unbounded">
      <xs:element name="instanceTrigger" type="Trigger"/>
      <xs:element name="expenditureTrigger" type="Trigger"/>
      <xs:element name="meteredTrigger" type="Trigger"/>
      <xs:element name="supplementalBillingHistory">
        <xs:complexType>
          <xs:sequence>
            <xs:element name="billingHistoryEntry" maxOccurs="unbounded">
              <xs:complexType>
                <xs:sequence><xs:element name="billingCycle" type="BillingCycle"/></xs:sequence>
                <xs:attribute name="scopeID" type="Whole" use="required"/><xs:attribute name="offset" type="WholeOrNegative"/>
              </xs:complexType>
            </xs:element>
          </xs:sequence>
        </xs:complexType>
      </xs:element>
    </xs:choice>
  </xs:complexType>
  <xs:complexType name="Trigger">
    <xs:sequence>
      <xs:element name="triggerEntry" minOccurs="0" maxOccurs="unbounded">
        <xs:complexType><xs:sequence><xs:any minOccurs="0" maxOccurs="unbounded" processContents="lax"/></xs:sequence></xs:complexType>
      </xs:element>
    </xs:sequence>
    <xs:attribute name="billingHistoryScope" type="Whole"/>
  </xs:complexType>
  <xs:element name="condition">
    <xs:complexType mixed="true"><xs:attribute name="type" type="Word"/><xs:attribute name="value" type="Word" use="required"/></xs:complexType>
  </xs:element>
  <xs:element name="billingModificationAttributes" type="Modifications"/>
  <xs:complexType name="Modifications">
    <xs:all>
      <xs:element name="fixedRateUseCost" type="Change" minOccurs="0"/>
      <xs:element name="meteredUseCost" minOccurs="0">
        <xs:complexType><xs:complexContent mixed="true"><xs:extension base="Change"><xs:attribute name="unit" type="Word"/></xs:extension></xs:complexContent></xs:complexType>
      </xs:element>
      <xs:element name="billingCycleCost" type="Change" minOccurs="0"/>
      <xs:element name="installmentCost" minOccurs="0">
        <xs:complexType><xs:complexContent mixed="true"><xs:extension base="Change"><xs:attribute name="number" type="Whole"/></xs:extension></xs:complexContent></xs:complexType>
      </xs:element>
      <xs:element name="simpleFlatRateCost" type="Change" minOccurs="0"/>
    </xs:all>
  </xs:complexType>
  <xs:complexType name="Change" mixed="true">
    <xs:attribute name="currency" type="Currency" use="required"/>
    <xs:attribute name="value" type="Amount"/>
    <xs:attribute name="reduceByValue" type="Amount"/><xs:attribute name="reduceByPercent" type="Decimal"/>
    <xs:attribute name="increaseByValue" type="Amount"/><xs:attribute name="increaseByPercent" type="Decimal"/>
    <xs:attribute name="formula" type="xs:string"/>
  </xs:complexType>
  <xs:complexType name="Sum" mixed="true">
    <xs:attribute name="currency" type="Currency" use="required"/>
    <xs:attribute name="value" type="Amount"/><xs:attribute name="formula" type="xs:string"/>
  </xs:complexType>
  <xs:element name="discountThisCycle" type="Sum"/>
  <xs:element name="discountLaterCycle">
    <xs:complexType><xs:complexContent mixed="true"><xs:extension base="Sum"><xs:attribute name="cyclesLater" type="Whole"/></xs:extension></xs:complexContent></xs:complexType>
  </xs:element>
  <xs:element name="alternatePayment">
    <xs:complexType><xs:complexContent mixed="true"><xs:extension base="Sum">
      <xs:sequence><xs:element name="billingModificationAttributes" type="Modifications" minOccurs="0"/></xs:sequence>
    </xs:extension></xs:complexContent></xs:complexType>
  </xs:element>
  <xs:element name="promotionalOffer">
    <xs:complexType mixed="true"><xs:attribute name="type" type="Word" use="required"/><xs:attribute name="value" type="xs:string" use="required"/></xs:complexType>
  </xs:element>
  <xs:simpleType name="Version"><xs:restriction base="xs:string"><xs:enumeration value="1.0"/></xs:restriction></xs:simpleType>
  <xs:simpleType name="Id"><xs:restriction base="xs:string"><xs:pattern value="[A-Za-z0-9][A-Za-z0-9._:\\-]{0,63}"/></xs:restriction></xs:simpleType>
  <xs:simpleType name="Currency"><xs:restriction base="xs:string"><xs:pattern value="[A-Z]{3}"/></xs:restriction></xs:simpleType>
  <xs:simpleType name="Amount"><xs:restriction base="xs:string"><xs:pattern value="([0-9]{1,15}(\\.[0-9]{1,15})?|\\.[0-9]{1,15})?"/></xs:restriction></xs:simpleType>
  <xs:simpleType name="Decimal"><xs:restriction base="xs:string"><xs:pattern value="[0-9]{1,15}(\\.[0-9]{1,15})?|\\.[0-9]{1,15}"/></xs:restriction></xs:simpleType>
  <xs:simpleType name="Whole"><xs:restriction base="xs:string"><xs:pattern value="[0-9]{1,9}"/></xs:restriction></xs:simpleType>
  <xs:simpleType name="WholeOrNegative"><xs:restriction base="xs:string"><xs:pattern value="-?[0-9]{1,9}"/></xs:restriction></xs:simpleType>
  <xs:simpleType name="DayOfMonth"><xs:restriction base="xs:string"><xs:pattern value="0*([1-9]|[12][0-9]|3[01])"/></xs:restriction></xs:simpleType>
  <xs:simpleType name="Month"><xs:restriction base="xs:string"><xs:pattern value="0*([1-9]|1[012])"/></xs:restriction></xs:simpleType>
  <xs:simpleType name="Word"><xs:restriction base="xs:string"><xs:pattern value="[^\\s].*"/></xs:restriction></xs:simpleType>
</xs:schema>`;
