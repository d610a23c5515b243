targetScope = 'subscription'

metadata description = 'A hub network: firewall, VPN gateway, ExpressRoute gateway and domain controllers. Takes about two hours.'

@description('Region of every resource.')
param location string = deployment().location

@description('Part of every resource\'s name.')
@minLength(2)
@maxLength(12)
param prefix string = 'hub'

@description('The hub\'s address space.')
param addressSpace string = '10.0.0.0/22'

@description('Public address of the branch office\'s VPN device.')
param branchAddress string

@description('Number of domain controllers.')
@minValue(1)
@maxValue(4)
param controllerCount int = 2

param domainName string = 'corp.example'

param adminUsername string = 'hubadmin'

@description('Password of the domain controllers\' administrator.')
@secure()
param adminPassword string

@description('Shared key of the VPN connection.')
@secure()
param vpnSharedKey string

resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: 'rg-${prefix}'
  location: location
}

module network 'modules/network.bicep' = {
  name: 'network'
  scope: group
  params: {
    location: location
    prefix: prefix
    addressSpace: addressSpace
  }
}

module firewall 'modules/firewall.bicep' = {
  name: 'firewall'
  scope: group
  params: {
    location: location
    prefix: prefix
    vnetId: network.outputs.vnetId
  }
}

// Gateways and firewall each hold the virtual network while they are made: one after another.
module vpn 'modules/vpn.bicep' = {
  name: 'vpn'
  scope: group
  dependsOn: [firewall]
  params: {
    location: location
    prefix: prefix
    vnetId: network.outputs.vnetId
    sharedKey: vpnSharedKey
    branchAddress: branchAddress
  }
}

module expressRoute 'modules/expressroute.bicep' = {
  name: 'expressroute'
  scope: group
  dependsOn: [vpn]
  params: {
    location: location
    prefix: prefix
    vnetId: network.outputs.vnetId
  }
}

module identity 'modules/identity.bicep' = {
  name: 'identity'
  scope: group
  dependsOn: [expressRoute]
  params: {
    location: location
    prefix: prefix
    vnetId: network.outputs.vnetId
    count: controllerCount
    adminUsername: adminUsername
    adminPassword: adminPassword
    domainName: domainName
  }
}

output vnetId string = network.outputs.vnetId
output firewallId string = firewall.outputs.firewallId
output gateways object = {
  vpn: vpn.outputs.gatewayId
  expressRoute: expressRoute.outputs.gatewayId
}
output controllers array = identity.outputs.controllers
@secure()
output sharedKey string = vpnSharedKey
